import { Button, Menu, UnstyledButton } from "@mantine/core"
import { useDisclosure, useHotkeys } from "@mantine/hooks"
import type { ReactNode } from "react"
import { Link } from "wouter"
import type { Somebody } from "../rights.ts"
import { mayOpen } from "../rights.ts"
import { signOut } from "../session.ts"
import { ConnectionBanner } from "./ConnectionBanner.tsx"
import { Down, Mark, Plus } from "./icons.tsx"
import { Initials } from "./Initials.tsx"
import { NewTicket } from "./NewTicket.tsx"

interface Props {
  readonly me: Somebody & { readonly email: string; readonly roles: ReadonlyArray<string> }
  readonly children: ReactNode
}

/** What is around every page of somebody who has signed in. */
export const Frame = ({ children, me }: Props) => {
  const [isOpening, { close, open }] = useDisclosure(false)
  const canOpen = mayOpen(me)
  useHotkeys(canOpen ? [["n", open]] : [])
  return (
    <>
      <a className="skip" href="#content">Skip to the content</a>
      <header className="top">
        <Link href="/tickets" className="brand">
          <Mark className="mark" />
          <span>OpsDesk</span>
        </Link>
        <nav aria-label="Pages">
          <Link href="/tickets">Tickets</Link>
        </nav>
        <div className="top-end">
          {canOpen
            ? (
              <Button size="xs" leftSection={<Plus />} onClick={open} aria-keyshortcuts="n">
                New ticket
              </Button>
            )
            : null}
          <Menu position="bottom-end">
            <Menu.Target>
              <UnstyledButton className="who" aria-label={`Your account: ${me.name}`}>
                <Initials id={me.id} name={me.name} />
                <span className="wide-only">{me.name}</span>
                <Down />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{me.email} · {me.roles.join(", ")}</Menu.Label>
              <Menu.Item component="a" href="/docs">The interface for programs</Menu.Item>
              <Menu.Item onClick={signOut}>Sign out</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </header>
      <ConnectionBanner />
      <main id="content">{children}</main>
      {canOpen ? <NewTicket me={me} opened={isOpening} close={close} /> : null}
    </>
  )
}
