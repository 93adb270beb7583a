import { demoPassword } from "@opsdesk/console/seed/demoPeople"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer, Option } from "effect"

/** Says, once the desk can be used, where it is and what to do first. */
export const Welcome = Layer.effectDiscard(Effect.gen(function*() {
  const { demo, embedded, dataDir, host, localAuth, port, publicUrl } = yield* Settings
  const reached = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host
  const url = Option.match(publicUrl, { onNone: () => `http://${reached}:${port}`, onSome: ({ origin }) => origin })
  const login = `curl -s ${url}/v1/auth/login -H 'content-type: application/json' \\`
  const lines = [
    "",
    `OpsDesk is open at ${url}`,
    `  the page            ${url}/`,
    `  to try              ${url}/docs (REST)  ${url}/graphql`,
    `  health and metrics  ${url}/health/ready  ${url}/metrics`,
    embedded ? `  database            embedded PostgreSQL in ${dataDir}` : "  database            as DATABASE_URL says",
    ...(!localAuth
      ? [`Next, sign in in a browser: ${url}/v1/auth/oidc/start`]
      : demo
      ? [
        `Demo logins, password ${demoPassword}: admin@ agent@ agent2@ netops@ customer@ customer2@opsdesk.local`,
        "Next, sign in:",
        `  ${login}`,
        `    -d '{"email":"agent@opsdesk.local","password":"${demoPassword}"}'`
      ]
      : [`Next, sign in with POST ${url}/v1/auth/login`]),
    "Ctrl-C stops it.",
    ""
  ]
  yield* Effect.sync(() => void globalThis.process.stdout.write(`${lines.join("\n")}\n`))
}))
