import type { ProviderOptions } from "@opsdesk/oidc/ProviderOptions"
import type { Duration } from "effect"
import { ConfigProvider, Context, Data, Effect, Layer, Option } from "effect"
import { isLoopback } from "./isLoopback.ts"
import type { Limits } from "./limitsOf.ts"
import { limitsOf } from "./limitsOf.ts"
import { providerOf } from "./providerSettings.ts"
import type { Found } from "./readVariables.ts"
import { readVariables } from "./readVariables.ts"
import { refusalOf } from "./refusalOf.ts"
import { retryStepsOf } from "./retrySteps.ts"
import type { Work } from "./worksOf.ts"
import { worksOf } from "./worksOf.ts"

/** One clear line for whoever starts a program. */
export class SettingsRefused extends Data.TaggedError("SettingsRefused")<{ readonly message: string }> {}

/** What the environment says, checked. */
export class Settings extends Context.Service<
  Settings,
  Omit<
    Found,
    | "demo"
    | "graphqlIntrospection"
    | "limits"
    | "localAuth"
    | "oidcAudience"
    | "oidcClientId"
    | "oidcIssuer"
    | "oidcRolesClaim"
    | "retrySteps"
    | "works"
  > & {
    /** Whether the GraphQL interface tells what it is. */
    readonly introspection: boolean
    readonly embedded: boolean
    /** The provider of identities, where there is one. */
    readonly oidc: Option.Option<ProviderOptions>
    readonly localAuth: boolean
    readonly demo: boolean
    readonly limits: Limits
    /** What events wait between the tries of a consumer. */
    readonly retrySteps: ReadonlyArray<Duration.Duration>
    readonly works: ReadonlySet<Work>
  }
>()("@opsdesk/stack/Settings") {
  static readonly make = Effect.gen(function*() {
    const found = yield* readVariables.pipe(
      Effect.mapError((error) => new SettingsRefused({ message: lineOf(error.message) }))
    )
    const refusal = refusalOf(found)
    if (refusal !== null) return yield* new SettingsRefused({ message: refusal })
    const limits = yield* limitsOf(found.limits).pipe(
      Effect.mapError(({ message }) => new SettingsRefused({ message }))
    )
    const embedded = Option.isNone(found.databaseUrl)
    return Settings.of({
      ...found,
      embedded,
      oidc: providerOf(found),
      localAuth: Option.getOrElse(found.localAuth, () => Option.isNone(found.oidcIssuer)),
      limits,
      retrySteps: Option.getOrThrow(retryStepsOf(found.retrySteps)),
      works: Option.getOrThrow(worksOf(found.works)),
      introspection: Option.getOrElse(found.graphqlIntrospection, () => embedded),
      demo: Option.getOrElse(found.demo, () => embedded && isLoopback(found.host))
    })
  })

  static readonly layer = Layer.effect(Settings, Settings.make)
}

/** The line that a config error comes down to, which names the variable last: `PORT: expected a value between …`. */
const lineOf = (text: string): string => {
  const line = text.replaceAll(/\s*\n\s*/g, " ")
  const [, says, name] = /^SchemaError\((.*) at \["(\w+)"\]\)$/.exec(line) ?? []
  return says === undefined ? line : `${name}: ${says.charAt(0).toLowerCase()}${says.slice(1)}`
}

/** The environment without what is set to nothing: `NAME=` in an env file means unset. */
export const environment = ConfigProvider.layer(ConfigProvider.fromEnvRecord(
  Object.fromEntries(
    Object.entries(globalThis.process.env).flatMap(([name, value]) =>
      value === undefined || value.trim() === "" ? [] : [[name, value]]
    )
  )
))
