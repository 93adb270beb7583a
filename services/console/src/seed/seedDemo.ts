import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Rights } from "@opsdesk/access/Rights"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { TeamId } from "@opsdesk/kernel/Ids"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { UserDesk } from "@opsdesk/users/UserDesk"
import { Clock, Effect, Option } from "effect"
import { demoPassword, demoPeople, demoTeams, emailOf } from "./demoPeople.ts"
import type { DemoPerson, DemoStep, DemoTicket } from "./demoTickets.ts"
import { demoTickets } from "./demoTickets.ts"
import { SeedStore } from "./SeedStore.ts"

const minute = 60_000

/** Something that happens in the demo, and when. */
interface Scene {
  readonly at: number
  readonly ticket: DemoTicket
  readonly step: DemoStep | null
}

/** All that happens on all tickets, in the order of time, so that numbers and ids follow it. */
const scenes = (now: number): ReadonlyArray<Scene> =>
  demoTickets.flatMap((ticket) => {
    let at = now - ticket.hoursAgo * 60 * minute
    const opening: Scene = { at, ticket, step: null }
    return [opening, ...ticket.steps.map((step): Scene => ({ at: at += step.after * minute, ticket, step }))]
  }).toSorted((a, b) => a.at - b.at)

/** Real time in all but what it says the time is. */
const clockAt = (clock: Clock.Clock, millis: number): Clock.Clock => ({
  ...clock,
  currentTimeMillisUnsafe: () => millis,
  currentTimeMillis: Effect.succeed(millis),
  currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
  currentTimeNanos: Effect.succeed(BigInt(millis) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
  sleep: (duration) => clock.sleep(duration)
})

const missing = (what: string) => Effect.die(new Error(`the demo lacks ${what}`))

const makePeople = Effect.gen(function*() {
  const store = yield* SeedStore
  const users = yield* UserDesk
  const teams = yield* TeamDesk
  const rights = yield* Rights
  const actors = new Map<DemoPerson, Actor>()
  const teamIds = new Map<string, TeamId>()
  for (const { name, person, role, team } of demoPeople) {
    const teamId = team === undefined ? undefined : teamIds.get(team)
    yield* users.createAsOperator({
      email: emailOf(person),
      name,
      password: demoPassword,
      roles: [role],
      teamIds: teamId === undefined ? [] : [teamId]
    }).pipe(Effect.catchTag("EmailTaken", () => Effect.void))
    const [account] = yield* store.idByEmail(emailOf(person))
    const actor = account === undefined ? Option.none() : yield* rights.actor(account.id, null)
    if (Option.isNone(actor)) return yield* missing(`${person}, or the account is deactivated`)
    actors.set(person, actor.value)
    if (person !== "admin") continue
    // The admin comes first, and makes the teams that the others are in.
    for (const team of demoTeams) {
      yield* teams.create({ name: team }).pipe(
        Effect.provideService(CurrentActor, actor.value),
        Effect.catchTag("ValidationFailed", () => Effect.void)
      )
      teamIds.set(team, TeamId.make((yield* store.idByTeam(team)) ?? (yield* missing(`the team ${team}`))))
    }
  }
  return { actors, teamIds }
})

/** Plays the demo tickets through the desks, as the people and at the times of the story. */
const play = Effect.gen(function*() {
  const { actors, teamIds } = yield* makePeople
  const tickets = yield* TicketDesk
  const messages = yield* MessageDesk
  const clock = yield* Clock.Clock
  const opened = new Map<DemoTicket, TicketId>()

  const idOf = (person: DemoPerson | null) => person === null ? null : actors.get(person)?.userId ?? null
  const teamOf = (team: string | null | undefined) => (team ? teamIds.get(team) : null) ?? null

  const happen = Effect.fnUntraced(function*(id: TicketId, step: DemoStep) {
    if ("say" in step) return yield* messages.send(id, { body: step.say, visibility: "public" })
    if ("note" in step) return yield* messages.send(id, { body: step.note, visibility: "internal" })
    if ("claim" in step) return yield* tickets.claim(id)
    if ("assign" in step) return yield* tickets.assign(id, idOf(step.assign))
    if ("move" in step) {
      return yield* tickets.changeStatus(id, {
        status: step.move,
        ...(step.comment === undefined ? {} : { comment: step.comment })
      })
    }
    const { team, ...changes } = step.set
    return yield* tickets.edit(id, { ...changes, ...(team === undefined ? {} : { teamId: teamOf(team) }) })
  })

  const open = Effect.fnUntraced(function*({ description, priority, team, title, type }: DemoTicket) {
    return yield* tickets.open({ title, description, type, priority, teamId: teamOf(team) })
  })

  for (const { at, step, ticket } of scenes(yield* Clock.currentTimeMillis)) {
    const actor = actors.get(step?.by ?? ticket.requester)
    if (actor === undefined) return yield* missing(step?.by ?? ticket.requester)
    const id = opened.get(ticket)
    yield* (step === null
      ? Effect.map(open(ticket), (made) => void opened.set(ticket, made.id))
      : id === undefined
      ? missing("a ticket to act on")
      : happen(id, step)).pipe(
        Effect.provideService(CurrentActor, actor),
        Effect.provideService(Clock.Clock, clockAt(clock, at))
      )
  }
})

/** Demo people, teams and tickets, once. */
export const seedDemo = Effect.gen(function*() {
  const store = yield* SeedStore
  yield* store.once("demo", Effect.andThen(play, store.keepQuiet))
})
