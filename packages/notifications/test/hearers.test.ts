import { assert, describe, it } from "@effect/vitest"
import type { Actor } from "@opsdesk/access/Actor"
import type { UserId } from "@opsdesk/kernel/Ids"
import { MessageId } from "@opsdesk/kernel/Ids"
import { actorOf, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { aTicket } from "@opsdesk/testkit/aTicket"
import type { Person } from "@opsdesk/testkit/people"
import { personNames } from "@opsdesk/testkit/people"
import type { Concerned } from "@opsdesk/tickets/Watcher"
import { DateTime } from "effect"
import type { Happening } from "../src/Happening.ts"
import { hearersOf } from "../src/hearers.ts"
import type { Reason } from "../src/Notification.ts"

/** Everybody but Dora, who has left. */
const actors: ReadonlyMap<UserId, Actor> = new Map(
  personNames.filter((person) => person !== "dora").map((person) => [userIdOf(person), actorOf(person)])
)

const said = (visibility: "public" | "internal"): Happening => ({
  type: "message.sent",
  payload: { message: { id: MessageId.make("0198c7a2-0000-7000-8000-00000000c001"), body: "Hm", visibility } }
})
const moved: Happening = { type: "ticket.status_changed", payload: { from: "open", to: "waiting", comment: null } }
const opened: Happening = { type: "ticket.created", payload: { ticket: { description: "" } } }
const given = (from: Person | null, to: Person | null): Happening => ({
  type: "ticket.assigned",
  payload: { from: from === null ? null : userIdOf(from), to: to === null ? null : userIdOf(to) }
})

const watchedSince = Date.parse("2026-03-14T08:00:00Z")
const noon = Date.parse("2026-03-14T12:00:00Z")

interface Row {
  readonly says: string
  readonly happening: Happening
  readonly by: Person | null
  /** Who has it now. */
  readonly assignee?: Person
  /** Who had it then, where that was somebody else. */
  readonly had?: Person | null
  readonly team?: "Support" | "Network"
  readonly watchers?: ReadonlyArray<Person>
  /** Noon, unless said otherwise. */
  readonly at?: number
  /** Who hears of it, and why. */
  readonly told: ReadonlyArray<readonly [Person, Reason]>
}

/** Carla's ticket, with Support unless said otherwise. */
const rows: ReadonlyArray<Row> = [
  { says: "a customer opens a ticket and nobody has it yet", happening: opened, by: "carla", told: [] },
  { says: "an agent opens it for her", happening: opened, by: "ada", told: [["carla", "requester"]] },
  {
    says: "an agent takes it",
    happening: given(null, "ada"),
    by: "ada",
    assignee: "ada",
    told: [["carla", "requester"]]
  },
  {
    says: "an agent gives it to a colleague",
    happening: given("ada", "amir"),
    by: "ada",
    assignee: "amir",
    told: [["amir", "assignee"], ["carla", "requester"]]
  },
  {
    says: "a colleague got it, and somebody else has it by now",
    happening: given(null, "amir"),
    by: "alex",
    had: "amir",
    assignee: "ada",
    told: [["amir", "assignee"], ["carla", "requester"]]
  },
  {
    says: "nobody had it yet, and somebody has it by now",
    happening: opened,
    by: "alex",
    had: null,
    assignee: "ada",
    told: [["carla", "requester"]]
  },
  {
    says: "it was another team's then, and who had it does not see it any more",
    happening: moved,
    by: "alex",
    had: "nora",
    assignee: "ada",
    told: [["carla", "requester"]]
  },
  { says: "an agent gives it back", happening: given("ada", null), by: "ada", told: [["carla", "requester"]] },
  {
    says: "the agent moves it",
    happening: moved,
    by: "ada",
    assignee: "ada",
    watchers: ["amir", "alex"],
    told: [["carla", "requester"], ["amir", "watcher"], ["alex", "watcher"]]
  },
  { says: "the customer moves it", happening: moved, by: "carla", assignee: "ada", told: [["ada", "assignee"]] },
  {
    says: "the desk itself moves it",
    happening: moved,
    by: null,
    assignee: "ada",
    told: [["ada", "assignee"], ["carla", "requester"]]
  },
  { says: "the customer writes", happening: said("public"), by: "carla", assignee: "ada", told: [["ada", "assignee"]] },
  { says: "the agent answers", happening: said("public"), by: "ada", assignee: "ada", told: [["carla", "requester"]] },
  {
    says: "the agent leaves a note",
    happening: said("internal"),
    by: "ada",
    assignee: "ada",
    watchers: ["amir"],
    told: [["amir", "watcher"]]
  },
  {
    says: "a colleague leaves a note, and the customer watches",
    happening: said("internal"),
    by: "amir",
    assignee: "ada",
    watchers: ["carla", "amir"],
    told: [["ada", "assignee"]]
  },
  {
    says: "somebody watches what they have anyway",
    happening: moved,
    by: "alex",
    assignee: "ada",
    watchers: ["ada", "carla"],
    told: [["ada", "assignee"], ["carla", "requester"]]
  },
  {
    says: "the ticket went to another team, and a watcher did not",
    happening: moved,
    by: "carla",
    team: "Network",
    watchers: ["amir", "nora"],
    told: [["nora", "watcher"]]
  },
  {
    says: "the assignee is of another team, and sees it for having it",
    happening: said("internal"),
    by: "ada",
    assignee: "nora",
    told: [["nora", "assignee"]]
  },
  {
    says: "it has happened before they watched",
    happening: moved,
    by: "ada",
    watchers: ["amir"],
    at: watchedSince - 1,
    told: [["carla", "requester"]]
  },
  {
    says: "another customer is among the watchers",
    happening: moved,
    by: "ada",
    watchers: ["chris"],
    told: [["carla", "requester"]]
  },
  { says: "the assignee has left", happening: said("public"), by: "carla", assignee: "dora", told: [] }
]

describe("who hears of it when", () => {
  it.each(rows)(
    "$says",
    ({ assignee, at = noon, by, happening, team = "Support", had = assignee ?? null, told, watchers = [] }) => {
      const ticket: Concerned = {
        ...aTicket(),
        teamId: teamIdOf(team),
        assigneeId: assignee === undefined ? null : userIdOf(assignee),
        watchers: watchers.map((person) => ({ userId: userIdOf(person), since: watchedSince }))
      }
      const deed = {
        actorId: by === null ? null : userIdOf(by),
        occurredAt: DateTime.makeUnsafe(at),
        assigneeId: had === null ? null : userIdOf(had)
      }
      assert.deepStrictEqual(
        hearersOf(happening, ticket, deed, actors),
        told.map(([person, reason]) => ({ userId: userIdOf(person), reason }))
      )
    }
  )
})
