import { queueOf } from "@opsdesk/events/topology"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { historyIn } from "@opsdesk/testkit/faults/history"
import type { Fate } from "@opsdesk/testkit/faults/killing"
import { variablesOf } from "@opsdesk/testkit/faults/killing"
import type { Kind } from "@opsdesk/testkit/faults/queues"
import { emptied, queueVariables } from "@opsdesk/testkit/faults/queues"
import type { Taken } from "@opsdesk/testkit/faults/verdict"
import { verdictOn } from "@opsdesk/testkit/faults/verdict"
import { freePort, run, scratchFolder } from "@opsdesk/testkit/RunningProgram"
import { Database } from "@opsdesk/testkit/TestDatabase"
import { Duration, Effect, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { cache } from "../src/consumers/cache.ts"
import { effects } from "./fixtures/effects.ts"

const main = fileURLToPath(new URL("fixtures/faultyWorker.ts", import.meta.url))

export const all = process.env["OPSDESK_FAULTS"] === "all"

/** Six tries, as usual, within less than a second. */
const usualSteps = [20, 40, 60, 80, 100]

export const queuesWith = (steps: ReadonlyArray<number> = usualSteps) =>
  Effect.forEach([effects, cache], (consumer) => queueOf(consumer, steps.map(Duration.millis)))

const madeByOwner = asOwner(Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table effects (
      id bigint generated always as identity primary key, op text not null, ticket_id uuid not null, seq integer not null
    )`
  yield* sql`grant select, insert on effects to opsdesk_app`
}))

/** Longer than any lease, and than a process takes to start on a machine that has other things to do. */
const quiet = 20

/** A desk whose workers may die: what they do is counted, and compared with what they should have done. */
export const faultyDesk = Effect.fnUntraced(function*(kind: Kind, steps: ReadonlyArray<number> = usualSteps) {
  const sql = yield* SqlClient.SqlClient
  const { programUrl } = yield* Database
  const queues = yield* queuesWith(steps)
  const folder = yield* scratchFolder
  const history = yield* historyIn(join(folder, "history"))
  const absorptions = join(folder, "absorbed")
  yield* madeByOwner

  const start = Effect.fnUntraced(function*(fate: Fate | null, more: Record<string, string> = {}) {
    const port = yield* freePort
    const program = yield* run(main, [], {
      PORT: String(port),
      DATABASE_URL: Redacted.value(programUrl),
      OPSDESK_DATA_DIR: folder,
      OPSDESK_RETRY_STEPS: steps.map((step) => `${step}ms`).join(),
      OPSDESK_TEST_ABSORBED: absorptions,
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      ...queueVariables(kind),
      ...variablesOf(fate),
      ...more
    }, { file: process.execPath, args: [], detached: true })
    return { ...program, url: `http://127.0.0.1:${port}` }
  })

  /** Whoever is there by now waits for what comes before what it is given. */
  const registered = Effect.repeat(sql`select from consumers`, {
    until: (rows) => rows.length === queues.length,
    schedule: Schedule.spaced("50 millis")
  })

  const taken = sql<Taken>`select op, ticket_id, seq from effects order by id`

  /** When as many have taken effect as should have, and nothing is on its way; or when nothing moves any more. */
  const settled = Effect.fnUntraced(function*(expected: number) {
    let still = 0
    for (let before = -1; still < quiet * 5;) {
      const [row] = yield* sql<{ done: number; pending: number }>`
        select (select count(distinct op) from effects) as done, (select count(*) from outbox) as pending`
      if ((row?.done ?? 0) >= expected && row?.pending === 0) return yield* emptied(queues)
      still = row?.done === before ? still + 1 : 0
      before = row?.done ?? 0
      yield* Effect.sleep("200 millis")
    }
  })

  /** How the history and the effects agree, once all is done. */
  const verdict = Effect.gen(function*() {
    const known = yield* history.read
    yield* settled([...known.values()].filter((is) => is === "ok").length)
    return verdictOn(known, yield* taken)
  })

  /** How many deliveries of what had been dealt with were made, and did nothing. */
  const absorbed = Effect.sync(() =>
    existsSync(absorptions)
      ? readFileSync(absorptions, "utf8").split("\n").reduce((sum, line) => sum + Number(line), 0)
      : 0
  )

  const letters = sql<{ queue: string; error: string; body: string; id: string; attempts: number }>`
    select id, queue, error, body, attempts from dead_letters where replayed_at is null order by seq`

  /** Has events delivered to the consumer again, and ends when they are on their way. */
  const redeliver = Effect.fnUntraced(function*(ops: ReadonlyArray<string>) {
    yield* sql`
      insert into redeliveries (queue, position)
      select 'opsdesk.effects', position from events where payload ->> 'op' = any(${ops}::text[])`
    yield* Effect.repeat(sql`select from redeliveries`, {
      until: (rows) => rows.length === 0,
      schedule: Schedule.spaced("50 millis")
    })
  })

  return { redeliver, start, registered, taken, verdict, settled, absorbed, letters, history, queues }
})
