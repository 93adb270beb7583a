import { Context, Effect, Layer, Redacted } from "effect"
import { join } from "node:path"
import { findBinaries, type Major } from "./binaries.ts"
import { openCluster } from "./cluster.ts"
import type { EmbeddedPostgresRefused } from "./EmbeddedPostgresRefused.ts"
import { clearOrphans } from "./orphans.ts"
import { ownFolder } from "./ownerLock.ts"
import { findPlace } from "./place.ts"
import { reachableBinaries } from "./reachableBinaries.ts"
import { startServer } from "./server.ts"

export { EmbeddedPostgresRefused } from "./EmbeddedPostgresRefused.ts"

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  readonly major?: Major
  /** False only in tests: what is committed may be lost with the machine. */
  readonly durable?: boolean
}

/** A real PostgreSQL on a machine that has none, for as long as the layer lives: started, and stopped last of all. */
export class EmbeddedPostgres extends Context.Service<EmbeddedPostgres, {
  /** `postgres://opsdesk:…@127.0.0.1:<port>/opsdesk` as the superuser: for the migrator, never for a program's own work. */
  readonly adminUrl: Redacted.Redacted<string>
  /** Another one at each start. */
  readonly port: number
  readonly version: string
}>()("@opsdesk/embedded/EmbeddedPostgres") {
  static readonly layer = (
    options: EmbeddedPostgresOptions
  ): Layer.Layer<EmbeddedPostgres, EmbeddedPostgresRefused> => Layer.effect(EmbeddedPostgres, make(options))
}

const make = Effect.fn("EmbeddedPostgres.make")(
  function*({ dataDir, durable = true, major = 18 }: EmbeddedPostgresOptions) {
    const installed = yield* findBinaries(major)
    const place = yield* findPlace(dataDir)
    const { binaries, version } = yield* reachableBinaries(installed, place.as)
    yield* ownFolder(place)
    yield* clearOrphans({ data: join(place.home, "data"), binaries, as: place.as })
    const { data, password } = yield* openCluster({ place, binaries, major, durable })
    const port = yield* startServer({ place, as: place.as, binaries, data, durable })
    return EmbeddedPostgres.of({
      adminUrl: Redacted.make(`postgres://opsdesk:${password}@127.0.0.1:${port}/opsdesk`, { label: "adminUrl" }),
      port,
      version
    })
  }
)
