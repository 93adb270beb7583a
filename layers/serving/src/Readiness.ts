import { Dependencies } from "@opsdesk/capabilities/Dependencies"
import { Clock, Context, Deferred, Effect, Layer, Schedule } from "effect"

/** What `/health/ready` says of one dependency. */
export interface State {
  readonly name: string
  /** Whether the program is not ready without it. */
  readonly needed: boolean
  readonly status: "up" | "down"
  readonly latencyMs: number
  readonly detail?: string
}

const whileItWaits = Schedule.spaced("100 millis")

const asLongAsItTakes = Schedule.spaced("1 second")

/** Whether this program can do its work now: what it needs is there, the schema is its own, and it is not stopping. */
export class Readiness extends Context.Service<Readiness, {
  readonly states: Effect.Effect<ReadonlyArray<State>>
  readonly isDraining: () => boolean
  readonly drain: Effect.Effect<void>
  /** Ends once the program is stopping, for what would never end by itself. */
  readonly drained: Effect.Effect<void>
  /** Whether a request may go in: on another schema than its own a program answers for nothing under `/v1`, `/graphql` and `/ws`. */
  readonly admits: (url: string) => boolean
  /** Ends once the schema is the program's own: whoever works without being asked begins then. */
  readonly untilSchemaFits: Effect.Effect<void>
}>()("@opsdesk/serving/Readiness") {
  static readonly layer = Layer.effect(
    Readiness,
    Effect.gen(function*() {
      const dependencies = yield* Dependencies
      const draining = yield* Deferred.make<void>()
      const isDraining = () => Deferred.isDoneUnsafe(draining)
      let schemaFits = true
      let hasFitted = false

      const states = Effect.forEach(dependencies, ({ name, needed, trouble }) =>
        Effect.gen(function*() {
          const started = yield* Clock.monotonicTimeNanos
          const found = yield* trouble
          const latencyMs = Math.round(Number((yield* Clock.monotonicTimeNanos) - started) / 1e3) / 1e3
          const state: State = found === null
            ? { name, needed, status: "up", latencyMs }
            : { name, needed, status: "down", latencyMs, detail: found.detail }
          return state
        }), { concurrency: "unbounded" })

      const schema = dependencies.find(({ name }) => name === "schema")
      let said: "away" | "wrong" | null = null
      const lookAtSchema = Effect.gen(function*() {
        const trouble = schema === undefined ? null : yield* schema.trouble
        // Once for each kind: while somebody migrates, what is wrong differs from one look to the next.
        const kind = trouble === null ? null : trouble.away ? "away" : "wrong"
        if (trouble !== null && kind !== said) yield* Effect.logWarning(`not ready: ${trouble.detail}`)
        said = kind
        // A database that is away answers nothing wrong: whoever needs it hears that it is away.
        if (trouble?.away !== true) schemaFits = trouble === null
        if (trouble === null) hasFitted = true
      })
      yield* lookAtSchema
      yield* Effect.forkScoped(Effect.repeat(lookAtSchema, asLongAsItTakes))

      return Readiness.of({
        states,
        isDraining,
        drain: Effect.asVoid(Deferred.succeed(draining, undefined)),
        drained: Deferred.await(draining),
        untilSchemaFits: Effect.asVoid(
          Effect.repeat(Effect.sync(() => hasFitted && schemaFits), { until: (fits) => fits, schedule: whileItWaits })
        ),
        admits: (url) => schemaFits || !/^\/(?:v1\/|(?:graphql|ws)(?:[?#]|$))/.test(url)
      })
    })
  )
}
