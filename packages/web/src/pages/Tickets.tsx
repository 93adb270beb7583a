import { Button, SegmentedControl, Select, Skeleton, TextInput } from "@mantine/core"
import { useDebouncedValue, useHotkeys } from "@mantine/hooks"
import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef, useState } from "react"
import { useRoom } from "../live.ts"
import { Search } from "../parts/icons.tsx"
import { TicketRows } from "../parts/TicketRows.tsx"
import { TroubleBox } from "../parts/TroubleBox.tsx"
import { useTitle } from "../parts/useTitle.ts"
import type { Wanted } from "../queries.ts"
import { keys, usePeople, useTickets } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { isAgent, maySeePeople } from "../rights.ts"
import { priorityWords } from "../words.ts"

type View = "work" | "mine" | "nobodys" | "done" | "all"

const atWork = ["open", "in_progress", "waiting"] as const

const views: Readonly<Record<View, { readonly label: string } & Pick<Wanted, "statuses" | "whose">>> = {
  work: { label: "To do", statuses: atWork, whose: "anybody" },
  mine: { label: "Mine", statuses: atWork, whose: "me" },
  nobodys: { label: "Unassigned", statuses: atWork, whose: "none" },
  done: { label: "Done", statuses: ["resolved", "closed"], whose: "anybody" },
  all: { label: "All", statuses: [], whose: "anybody" }
}

const viewsFor = (me: Somebody): ReadonlyArray<View> =>
  isAgent(me) ? ["work", "mine", "nobodys", "done", "all"] : ["work", "done", "all"]

const isView = (value: string): value is View => value in views
const isPriority = (value: string): value is keyof typeof priorityWords => value in priorityWords

/** What happens many times at once is read once. */
const gathered = 250

/** Reads the lists anew when the desk says that a ticket has changed. */
const useLiveLists = () => {
  const client = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useRoom("tickets", (news) => {
    if (news._tag === "Presence" || news._tag === "Typing") return
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void client.invalidateQueries({ queryKey: keys.lists })
    }, gathered)
  }, () => {})
  useEffect(() => () => clearTimeout(timer.current), [])
}

const Loading = () => (
  <div className="rows loading" role="status" aria-label="Loading tickets">
    {Array.from({ length: 8 }, (_, at) => <Skeleton key={at} height={22} />)}
  </div>
)

/** Every ticket that one may see, the latest changed first, kept up to date by the desk. */
export const Tickets = ({ me }: { readonly me: Somebody }) => {
  const heading = useTitle("Tickets")
  const [view, setView] = useState<View>("work")
  const [priority, setPriority] = useState<Wanted["priority"]>(null)
  const [words, setWords] = useState("")
  const [asked] = useDebouncedValue(words.trim(), 250)
  const search = useRef<HTMLInputElement>(null)
  useHotkeys([["/", () => search.current?.focus()]])
  useLiveLists()
  const people = usePeople(maySeePeople(me))
  const { label: _, ...wanted } = views[view]
  const list = useTickets({ ...wanted, priority, words: asked })
  const tickets = list.data?.pages.flatMap(({ data }) => data) ?? []
  const total = list.data?.pages[0]?.page.total
  const isNarrowed = asked !== "" || priority !== null || view !== "work"
  return (
    <section className="list-page">
      <div className="list-head">
        <h1 ref={heading} tabIndex={-1}>Tickets</h1>
        <span className="quiet" role="status">
          {total === undefined ? "" : total === 1 ? "1 ticket" : `${total} tickets`}
        </span>
      </div>
      <div className="filters" role="search">
        <SegmentedControl
          size="xs"
          aria-label="Which tickets"
          data={viewsFor(me).map((value) => ({ value, label: views[value].label }))}
          value={view}
          onChange={(value) => isView(value) && setView(value)}
        />
        <Select
          size="xs"
          className="narrow"
          aria-label="Priority"
          data={[
            { value: "any", label: "Any priority" },
            ...Object.entries(priorityWords).map(([value, label]) => ({ value, label }))
          ]}
          value={priority ?? "any"}
          onChange={(value) => setPriority(value !== null && isPriority(value) ? value : null)}
        />
        <TextInput
          ref={search}
          size="xs"
          className="words"
          type="search"
          aria-label="Find words in tickets and messages"
          aria-keyshortcuts="/"
          placeholder="Find in tickets and messages  ( / )"
          leftSection={<Search />}
          value={words}
          onChange={({ currentTarget }) => setWords(currentTarget.value)}
        />
      </div>
      {list.isPending ? <Loading /> : null}
      {list.isError ? <TroubleBox error={list.error} again={() => void list.refetch()} /> : null}
      {list.isSuccess && tickets.length === 0
        ? (
          <div className="empty">
            <h2>{isNarrowed ? "Nothing fits that" : "Nothing to do"}</h2>
            <p>
              {isNarrowed
                ? "Try other words, or look at all tickets."
                : "New tickets come up here by themselves as soon as somebody opens one."}
            </p>
          </div>
        )
        : null}
      {tickets.length === 0 ? null : <TicketRows tickets={tickets} people={people.data} me={me} />}
      {list.hasNextPage
        ? (
          <div className="more">
            <Button
              variant="default"
              size="xs"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Show more
            </Button>
          </div>
        )
        : null}
    </section>
  )
}
