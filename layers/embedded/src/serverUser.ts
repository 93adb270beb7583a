import { Effect } from "effect"
import { refuse } from "./EmbeddedPostgresRefused.ts"
import { runCommand, type ServerUser } from "./runCommand.ts"

/** Each way to make the account; the first suits most systems, the others together suit Alpine. */
const creations = [
  "useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin opsdesk",
  "addgroup -S opsdesk",
  "adduser -S -D -H -h /nonexistent -s /sbin/nologin -G opsdesk opsdesk"
]

/** Whom root lets the server run as: an account made for databases, else one made for us, else nobody. */
export const chooseServerUser = Effect.gen(function*() {
  for (const name of ["postgres", "_postgres", "opsdesk"]) {
    const known = yield* lookUp(name)
    if (known !== undefined) return known
  }
  for (const creation of creations) {
    const [command = "", ...args] = creation.split(" ")
    yield* Effect.ignore(runCommand(command, args))
    const made = yield* lookUp("opsdesk")
    if (made !== undefined) return made
  }
  const nobody = yield* lookUp("nobody")
  if (nobody === undefined) {
    return yield* refuse(
      "PostgreSQL refuses to run as root and there is no other account; create one: useradd --system opsdesk"
    )
  }
  yield* Effect.logWarning(
    "PostgreSQL runs as nobody, an account that other programs share; better: useradd --system opsdesk"
  )
  return nobody
})

const lookUp = (name: string) =>
  Effect.all([number(name, "-u"), number(name, "-g")]).pipe(
    Effect.map(([uid, gid]): ServerUser | undefined => uid > 0 && gid > 0 ? { uid, gid } : undefined),
    Effect.orElseSucceed(() => undefined)
  )

const number = (name: string, which: "-u" | "-g") =>
  Effect.map(runCommand("id", [which, name]), ({ code, stdout }) => code === 0 ? Number.parseInt(stdout, 10) : 0)

/** Only a try tells: modes do not show access lists, and a folder above may be closed. */
export const canEnter = (folder: string, as: ServerUser) =>
  Effect.map(runCommand("/bin/sh", ["-c", "cd -- \"$1\"", "sh", folder], { as }), ({ code }) => code === 0)
