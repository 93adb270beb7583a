import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Effect, Exit, Layer, Option, Runtime } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Database } from "./Database.ts"
import { DatabaseFromSettings } from "./Database.ts"
import { environment, Settings } from "./Settings.ts"
import { Stack, StackLogs } from "./Stack.ts"

/** Everything that a program can ask the stack for. */
export type Capabilities = Layer.Success<ReturnType<typeof Stack>> | Database | Settings

/** What a failure says of itself, in one line. */
const lineOf = (cause: Cause.Cause<unknown>): string => {
  const failure = Option.getOrElse(Cause.findErrorOption(cause), () => Cause.squash(cause))
  if (!(failure instanceof Error)) return String(failure)
  // The driver says what it could not do; why it could not, only the innermost cause does.
  const messages = new Set<string>()
  let error: unknown = failure
  for (let depth = 0; depth < 8 && error instanceof Error; depth++, error = error.cause) messages.add(error.message)
  return [...messages].join(": ").replaceAll(/\s*\n\s*/g, "; ")
}

/** Whether whoever failed has said so already, as the command line does of what it does not understand. */
const isTold = (failure: unknown): boolean =>
  typeof failure === "object" && failure !== null && Runtime.errorReported in failure &&
  failure[Runtime.errorReported] === false

const explain = (cause: Cause.Cause<unknown>) =>
  Cause.hasInterruptsOnly(cause) || isTold(Cause.squash(cause))
    ? Effect.void
    : Effect.sync(() => void globalThis.process.stderr.write(`opsdesk: ${lineOf(cause)}\n`))

/** Runs an effect as a process: exit code 0 when it ends or is told to stop, 1 and one clear line when it cannot go on. */
export const runProcess = <A, E>(effect: Effect.Effect<A, E>): void =>
  effect.pipe(
    Effect.tapCause(explain),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      teardown: (exit, done) => done(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
    })
  )

/** The database of the settings, without any capability on it: for what is done to it as its owner. */
export const onDatabase = (service: string) =>
  DatabaseFromSettings.pipe(
    Layer.provide(SecureRandom.layerWebCrypto),
    Layer.provideMerge(StackLogs(service)),
    Layer.provideMerge(Settings.layer),
    Layer.provide(environment)
  )

/**
 * The capabilities on the database of the settings. `prepared` is done to the database before any of them is built on it:
 * the desk migrates there.
 */
export const onStack = <E = never>(
  service: string,
  prepared: Layer.Layer<never, E, Database | Settings> = Layer.empty
) =>
  Stack(service).pipe(
    Layer.provideMerge(prepared),
    Layer.provideMerge(DatabaseFromSettings),
    Layer.provide(SecureRandom.layerWebCrypto),
    Layer.provideMerge(StackLogs(service)),
    Layer.provideMerge(Settings.layer),
    Layer.provide(environment)
  )

/** Runs a program until it is told to stop. */
export const runProgram = <A, E, E2 = never>(
  service: string,
  program: Layer.Layer<A, E, Capabilities>,
  prepared?: Layer.Layer<never, E2, Database | Settings>
): void =>
  runProcess(Layer.launch(program.pipe(
    Layer.provide(onStack(service, prepared)),
    Layer.provide(StackLogs(service).pipe(Layer.provide(Settings.layer), Layer.provide(environment)))
  )))
