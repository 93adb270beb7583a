import { assert, layer } from "@effect/vitest"
import { emailOf, passwordOf } from "@opsdesk/testkit/people"
import { Clock, Effect } from "effect"
import { TestHttp } from "./TestHttp.ts"

const thorough = process.env["OPSDESK_FAULTS"] === "all"
const samples = thorough ? 200 : 15
/** Without the hash that is made for nobody, one of them would answer more than ten times as fast. */
const noise = thorough ? 1.25 : 2

const attempts = {
  unknown: { email: "nobody@test.local", password: "a wrong password" },
  wrong: { email: emailOf("carla"), password: "a wrong password" },
  deactivated: { email: emailOf("dora"), password: passwordOf("dora") }
} as const
type Kind = keyof typeof attempts
const kinds = ["unknown", "wrong", "deactivated"] as const satisfies ReadonlyArray<Kind>

const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** What somebody hears of each kind, and how long it takes in the middle: the kinds by turns, so that a busy moment hits all. */
const measured = Effect.gen(function*() {
  const { ask } = yield* TestHttp
  const taken: Record<Kind, Array<number>> = { unknown: [], wrong: [], deactivated: [] }
  const answers = new Set<string>()
  for (let round = 0; round < samples; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(round + turn) % kinds.length] ?? "unknown"
      const begun = yield* Clock.currentTimeNanos
      const answer = yield* ask("POST", "/v1/auth/login", { body: attempts[kind] })
      taken[kind].push(Number((yield* Clock.currentTimeNanos) - begun) / 1e6)
      const text = answer.text.replace(answer.headers.get("x-request-id") ?? "", "…")
      const headers = [...answer.headers].filter(([name]) => name !== "x-request-id").toSorted()
      answers.add(JSON.stringify([answer.status, text, headers]))
    }
  }
  const medians = kinds.map((kind) => median(taken[kind]))
  return {
    answers: answers.size,
    ratio: Math.max(...medians) / Math.min(...medians),
    told: kinds.map((kind, at) => `${kind} ${medians[at]?.toFixed(1)} ms`).join(", ")
  }
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })(
  "whoever tries to sign in",
  (it) => {
    it.effect(
      "cannot tell from status, body or time whether there is such an account",
      () =>
        Effect.gen(function*() {
          const tries: Array<string> = []
          // Of few samples a busy machine makes a difference once; one that is there is seen each time.
          while (tries.length < (thorough ? 1 : 3)) {
            const { answers, ratio, told } = yield* measured
            assert.strictEqual(answers, 1)
            tries.push(told)
            if (thorough) yield* Effect.sync(() => void process.stdout.write(`medians of ${samples}: ${told}\n`))
            if (ratio < noise) return
          }
          assert.fail(tries.join("; "))
        }),
      thorough ? 600_000 : 60_000
    )
  }
)
