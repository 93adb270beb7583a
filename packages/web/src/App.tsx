import { Loader } from "@mantine/core"
import { useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import { Redirect, Route, Switch } from "wouter"
import { NotHere } from "./pages/NotHere.tsx"
import { SignIn } from "./pages/SignIn.tsx"
import { TicketPage } from "./pages/TicketPage.tsx"
import { Tickets } from "./pages/Tickets.tsx"
import { Frame } from "./parts/Frame.tsx"
import { TroubleBox } from "./parts/TroubleBox.tsx"
import { useMe } from "./queries.ts"
import { useStanding } from "./session.ts"

const Waiting = () => (
  <div className="centre" role="status">
    <Loader aria-hidden />
    <span className="quiet">One moment…</span>
  </div>
)

const AtWork = () => {
  const me = useMe()
  if (me.isPending) return <Waiting />
  // Whoever is known goes on, with what they have written, also while the desk is away.
  if (me.data === undefined) {
    return (
      <div className="centre">
        <TroubleBox error={me.error} again={() => void me.refetch()} />
      </div>
    )
  }
  const somebody = me.data.data
  return (
    <Frame me={somebody}>
      <Switch>
        <Route path="/">
          <Redirect to="/tickets" replace />
        </Route>
        <Route path="/tickets">
          <Tickets me={somebody} />
        </Route>
        <Route path="/tickets/:number">
          {({ number }) =>
            /^[1-9]\d{0,8}$/.test(number)
              ? <TicketPage key={number} number={Number(number)} me={somebody} />
              : <NotHere />}
        </Route>
        <Route>
          <NotHere />
        </Route>
      </Switch>
    </Frame>
  )
}

/** The page: to sign in, or what somebody who has signed in works with. */
export const App = () => {
  const standing = useStanding()
  const client = useQueryClient()
  useEffect(() => {
    // What one has read is not for whoever signs in next.
    if (standing === "out") client.removeQueries({ predicate: ({ queryKey: [what] }) => what !== "sign-in" })
  }, [standing, client])
  if (standing === "unknown") return <Waiting />
  return standing === "out" ? <SignIn /> : <AtWork />
}
