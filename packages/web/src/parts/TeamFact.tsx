import { Button, Group, Modal, Select, Skeleton } from "@mantine/core"
import type { Team, Ticket } from "@opsdesk/client/things"
import { useState } from "react"
import type { Wish } from "../changes.ts"
import { useTeams } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { may } from "../rights.ts"
import { TroubleBox } from "./TroubleBox.tsx"

interface Props {
  readonly me: Somebody
  readonly ticket: Ticket
  readonly wish: (wish: Wish) => void
}

const none = "none"

/** Whose ticket it is, for those who may see teams. Whoever would not see it any more once it is another team's is asked before. */
export const TeamFact = ({ me, ticket, wish }: Props) => {
  const known = useTeams(true)
  const [asked, setAsked] = useState<Team | null>(null)
  const teams = known.data
  if (teams === undefined) {
    return known.isPending
      ? <Skeleton height={20} width="60%" />
      : <TroubleBox error={known.error} again={() => void known.refetch()} />
  }
  const current = teams.find(({ id }) => id === ticket.teamId)
  if (!may(me, "ticket:update", ticket)) return <span>{current?.name ?? "No team"}</span>
  const choose = (value: string | null) => {
    const team = teams.find(({ id }) => id === value) ?? null
    const teamId = team?.id ?? null
    if (teamId === ticket.teamId) return
    if (team !== null && !may(me, "ticket:read", { ...ticket, teamId })) return setAsked(team)
    wish({ part: "teamId", to: teamId })
  }
  return (
    <>
      <Select
        size="xs"
        aria-label="Team"
        searchable
        nothingFoundMessage="No team of that name"
        data={[{ value: none, label: "No team" }, ...teams.map(({ id, name }) => ({ value: id, label: name }))]}
        value={ticket.teamId ?? none}
        onChange={choose}
      />
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={`Hand it over to ${asked?.name ?? ""}?`}
        size="sm"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <p className="question">You do not see that team's tickets: this one will be out of your sight.</p>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => setAsked(null)}>Keep it here</Button>
          <Button
            data-autofocus
            onClick={() => {
              setAsked(null)
              if (asked !== null) wish({ part: "teamId", to: asked.id })
            }}
          >
            Hand it over
          </Button>
        </Group>
      </Modal>
    </>
  )
}
