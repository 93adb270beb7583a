import { Effect, Schema } from "effect"

/** Why there is no database: one line an operator can act upon. */
export class EmbeddedPostgresRefused extends Schema.TaggedError<EmbeddedPostgresRefused>()("EmbeddedPostgresRefused", {
  message: Schema.String
}) {}

export const refuse = (message: string) => Effect.fail(new EmbeddedPostgresRefused({ message }))

/** The system's own words are one line, and mean little without what was being tried. */
export const cannot = (errand: string, cause: unknown) =>
  new EmbeddedPostgresRefused({
    message: `cannot ${errand}: ${(cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0]}`
  })

export const attempt = <A>(errand: string, run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (cause) => cannot(errand, cause) })

export const codeOf = (cause: unknown) =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined

/** Undefined when the file is not there; every other trouble stays trouble. */
export const ifThere = <A>(errand: string, run: () => Promise<A>) =>
  attempt(errand, () =>
    run().catch((cause: unknown) => {
      if (codeOf(cause) === "ENOENT") return undefined
      throw cause
    }))
