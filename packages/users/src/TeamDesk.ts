import { CurrentActor, permit } from "@opsdesk/access/Actor"
import { Rights } from "@opsdesk/access/Rights"
import { RightsGuard } from "@opsdesk/access/RightsGuard"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { UserId } from "@opsdesk/kernel/Ids"
import { TeamId } from "@opsdesk/kernel/Ids"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import type { NewTeam, Team } from "./Team.ts"
import { TeamStore } from "./TeamStore.ts"
import { User } from "./User.ts"
import { userEvent } from "./UserEvents.ts"
import { TeamNotFound, UserNotFound } from "./UserProblems.ts"
import { UserStore } from "./UserStore.ts"

/** Teams: who works on whose tickets. */
export class TeamDesk extends Context.Service<TeamDesk>()("@opsdesk/users/TeamDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* TeamStore
    const users = yield* UserStore
    const journal = yield* Journal
    const cursors = yield* Cursors
    const random = yield* SecureRandom.SecureRandom
    const rights = yield* Rights
    const guard = yield* RightsGuard

    const list = Effect.fn("TeamDesk.list")(function*(request: PageRequest) {
      const actor = yield* CurrentActor
      yield* permit(actor, "user:read")
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("teams", actor.userId, {}),
        read: (after, rows) =>
          store.page(after === null ? null : { name: String(after[0]), id: String(after[1]) }, rows),
        positionOf: (team) => [team.name, team.id],
        count: store.count
      })
    }, reading)

    const get = Effect.fn("TeamDesk.get")(function*(id: TeamId) {
      yield* permit(yield* CurrentActor, "user:read")
      const [team] = yield* store.byId(id)
      return team ?? (yield* new TeamNotFound())
    }, reading)

    const create = Effect.fn("TeamDesk.create")(function*({ name }: NewTeam) {
      const actor = yield* CurrentActor
      yield* permit(actor, "team:write")
      const at = yield* DateTime.now
      const team: Team = { id: TeamId.make(yield* random.uuidV7()), name, memberIds: [] }
      yield* store.insert(team, at)
      yield* journal.record({
        at,
        actorId: actor.userId,
        action: "team.created",
        entity: { type: "team", id: team.id },
        before: null,
        after: { name },
        events: [userEvent("team.created", { teamId: team.id, name })]
      })
      return team
    }, atomic)

    /** Puts somebody into a team or takes them out; a change that changes nothing leaves no trace. */
    const setMember = Effect.fnUntraced(function*(teamId: TeamId, userId: UserId, member: boolean) {
      const actor = yield* CurrentActor
      yield* permit(actor, "team:write")
      const [user] = yield* users.lock(userId)
      const [seen] = yield* store.byId(teamId)
      if (seen === undefined) return yield* new TeamNotFound()
      if (user === undefined) return yield* new UserNotFound()
      // Nobody else changes which teams a person is in while the person is held.
      if (seen.memberIds.includes(userId) === member) return seen
      // Before the team is held: people first, then who may do what, then teams, whoever changes them.
      if (member) yield* guard.overTeams(actor, user.roles, [teamId])
      const [team = seen] = yield* store.lock(teamId)
      const at = yield* DateTime.now
      yield* member ? store.addMember(teamId, userId) : store.removeMember(teamId, userId)
      yield* rights.changed
      // The person's teams are told with the person.
      yield* users.touch(new User({ ...user, version: user.version + 1, updatedAt: at }))
      const memberIds = member
        ? [...team.memberIds, userId].toSorted()
        : team.memberIds.filter((id) => id !== userId)
      const action = member ? "team.member_added" : "team.member_removed"
      yield* journal.record({
        at,
        actorId: actor.userId,
        action,
        entity: { type: "team", id: teamId },
        before: { memberIds: [...team.memberIds] },
        after: { memberIds },
        events: [userEvent(action, { teamId, userId })]
      })
      return { ...team, memberIds }
    }, atomic)

    const addMember = Effect.fn("TeamDesk.addMember")((teamId: TeamId, userId: UserId) =>
      Effect.tap(setMember(teamId, userId, true), () => rights.forget)
    )

    const removeMember = Effect.fn("TeamDesk.removeMember")((teamId: TeamId, userId: UserId) =>
      Effect.tap(setMember(teamId, userId, false), () => rights.forget)
    )

    return { list, get, create, addMember, removeMember }
  })
}) {
  static readonly layer = Layer.effect(TeamDesk, TeamDesk.make).pipe(
    Layer.provide([TeamStore.layer, UserStore.layer, Rights.layer, RightsGuard.layer])
  )
}
