import { Button, PasswordInput, TextInput } from "@mantine/core"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { useMutation, useQuery } from "@tanstack/react-query"
import type { FormEvent } from "react"
import { useState } from "react"
import { Mark } from "../parts/icons.tsx"
import { TroubleBox } from "../parts/TroubleBox.tsx"
import { useTitle } from "../parts/useTitle.ts"
import { leaveForProvider, signIn, signInConfig, useNotice } from "../session.ts"

const Passwords = () => {
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")
  const signing = useMutation({ mutationFn: () => signIn(email.trim(), password) })
  const fields = signing.isError ? troubleOf(signing.error).fields : new Map<string, string>()
  const send = (event: FormEvent) => {
    event.preventDefault()
    signing.mutate()
  }
  return (
    <form onSubmit={send} noValidate>
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        autoFocus
        required
        withAsterisk={false}
        value={email}
        error={fields.get("email")}
        onChange={({ currentTarget }) => setEmail(currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        visibilityToggleFocusable
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        error={fields.get("password")}
        onChange={({ currentTarget }) => setPassword(currentTarget.value)}
      />
      {signing.isError && fields.size === 0 ? <TroubleBox error={signing.error} /> : null}
      <Button type="submit" fullWidth loading={signing.isPending}>Sign in</Button>
    </form>
  )
}

const hostOf = (issuer: string | null): string => issuer !== null && URL.canParse(issuer) ? new URL(issuer).host : ""

const AtProvider = ({ issuer, isOnlyWay }: { readonly issuer: string | null; readonly isOnlyWay: boolean }) => (
  <>
    {isOnlyWay ? null : <p className="or">or</p>}
    <Button
      component="a"
      href="/v1/auth/oidc/start"
      onClick={leaveForProvider}
      fullWidth
      variant={isOnlyWay ? "filled" : "default"}
    >
      Sign in at your provider
    </Button>
    <p className="quiet fine provider">{hostOf(issuer)}</p>
  </>
)

/** By password, at a provider, or either: as the desk says. */
export const SignIn = () => {
  const heading = useTitle("Sign in", false)
  const notice = useNotice()
  const config = useQuery({ queryKey: ["sign-in"], queryFn: ({ signal }) => signInConfig(signal), staleTime: 60_000 })
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Mark className="mark" />
        <h1 ref={heading}>Sign in to OpsDesk</h1>
        <p className="quiet">Tickets and their conversations, live.</p>
        {notice === null ? null : <p className="notice" role="status">{notice}</p>}
        {config.isPending ? <p className="quiet" role="status">Asking the desk how people sign in…</p> : null}
        {config.isError ? <TroubleBox error={config.error} again={() => void config.refetch()} /> : null}
        {config.data?.localLogin === true ? <Passwords /> : null}
        {config.data?.enabled === true
          ? <AtProvider issuer={config.data.issuer} isOnlyWay={!config.data.localLogin} />
          : null}
        {config.data !== undefined && !config.data.enabled && !config.data.localLogin
          ? <p className="notice">Nobody can sign in here as the desk is set up. Ask your operator.</p>
          : null}
      </div>
      <p className="quiet fine">
        <a href="/docs">The interface for programs</a>
      </p>
    </main>
  )
}
