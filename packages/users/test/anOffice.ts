import { ApiTokenDesk } from "@opsdesk/access/ApiTokenDesk"
import { Rights } from "@opsdesk/access/Rights"
import { RightsGuard } from "@opsdesk/access/RightsGuard"
import { SessionDesk } from "@opsdesk/access/SessionDesk"
import { Cursors } from "@opsdesk/capabilities/Cursors"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { DateTime, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { AccountDesk } from "../src/AccountDesk.ts"
import type { Team } from "../src/Team.ts"
import { TeamDesk } from "../src/TeamDesk.ts"
import { TeamStore } from "../src/TeamStore.ts"
import { User } from "../src/User.ts"
import { UserDesk } from "../src/UserDesk.ts"
import { EmailTaken } from "../src/UserProblems.ts"
import { UserStore } from "../src/UserStore.ts"

export const ada = new User({
  id: userIdOf("ada"),
  email: "ada@test.local",
  name: "ada",
  active: true,
  roles: ["agent"],
  teamIds: [teamIdOf("Support")],
  version: 1,
  createdAt: DateTime.makeUnsafe("2026-03-01T00:00:00.000Z"),
  updatedAt: DateTime.makeUnsafe("2026-03-01T00:00:00.000Z")
})

export const support: Team = { id: teamIdOf("Support"), name: "Support", memberIds: [ada.id] }

/** Whoever gets past their permission gets past this: how it decides is tested where roles are. */
const Guard = Layer.mock(RightsGuard, {
  overRoles: () => Effect.void,
  overAccount: () => Effect.void,
  overIdentity: () => Effect.void,
  overTeams: () => Effect.void,
  adminRemains: Effect.void
})

/** Ada and her team in memory, and each thing that the desks wrote there. */
export const anOffice = () => {
  const written: Array<readonly [what: string, ...how: ReadonlyArray<unknown>]> = []
  const write = (...what: readonly [string, ...ReadonlyArray<unknown>]) => Effect.sync(() => void written.push(what))
  const isTaken = ({ email, id }: User) => id !== ada.id && email.toLowerCase() === ada.email
  const people = [ada]

  const Stores = Layer.mergeAll(
    Layer.mock(UserStore, {
      byId: (id) => Effect.succeed(people.filter((user) => user.id === id)),
      lock: (id) => Effect.succeed(people.filter((user) => user.id === id)),
      insert: (user, hash) =>
        isTaken(user) ? Effect.fail(new EmailTaken()) : Effect.as(write("insert", user.email, hash), []),
      update: (user, hash) =>
        user.email === "alex@test.local"
          ? Effect.fail(new EmailTaken())
          : Effect.as(write("update", user.email, user.name, user.active, hash), []),
      touch: ({ id }) => write("touch", id),
      lockTeams: () => Effect.void,
      setRoles: (id, roles) => write("setRoles", id, roles),
      setTeams: (id, teamIds) => write("setTeams", id, teamIds),
      knownRoles: (names) =>
        Effect.succeed(names.filter((name) => ["customer", "agent", "admin"].includes(name)).map((name) => ({ name }))),
      knownTeams: (ids) =>
        Effect.succeed(
          ids.filter((id) => [teamIdOf("Support"), teamIdOf("Network")].includes(id)).map((id) => ({ id }))
        )
    }),
    Layer.mock(TeamStore, {
      byId: (id) => Effect.succeed([support].filter((team) => team.id === id)),
      lock: (id) => Effect.succeed([support].filter((team) => team.id === id)),
      insert: (team) => Effect.as(write("insert", team.name), []),
      addMember: (teamId, userId) => write("addMember", teamId, userId),
      removeMember: (teamId, userId) => write("removeMember", teamId, userId)
    })
  )
  const Desks = Layer.mergeAll(
    Layer.effect(UserDesk, UserDesk.make),
    Layer.effect(AccountDesk, AccountDesk.make),
    Layer.effect(TeamDesk, TeamDesk.make)
  ).pipe(
    Layer.provide([
      Stores,
      Guard,
      Layer.mock(Passwords, {
        hash: (password) => Effect.succeed(`hash of ${Redacted.value(password)}`),
        isOutdated: () => false
      }),
      Layer.mock(Cursors, {}),
      Layer.mock(ApiTokenDesk, { revokeAllOf: (owner, by) => write("revokeAllOf", owner, by) }),
      Layer.mock(SessionDesk, { endAllOf: (userId, because) => write("endAllOf", userId, because) }),
      Layer.mock(Rights, { changed: write("rights changed"), forget: Effect.void }),
      SecureRandom.layerWebCrypto
    ]),
    Layer.provideMerge(RecordingJournal.layer)
  )
  return { Desks, written }
}
