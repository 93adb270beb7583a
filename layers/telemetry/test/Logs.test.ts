import { assert, describe, it } from "@effect/vitest"
import { Logs } from "@opsdesk/telemetry/Logs"
import { Cause, Effect, Redacted } from "effect"
import * as fc from "fast-check"
import { stripVTControlCharacters } from "node:util"
import { vi } from "vitest"

/** What an effect writes to standard output, by lines. */
const written = Effect.fnUntraced(function*<E>(
  effect: Effect.Effect<unknown, E>,
  level: "Debug" | "Info" | "Warn" | "Error" = "Info",
  format: "json" | "pretty" = "json"
) {
  const chunks: Array<string> = []
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    chunks.push(String(chunk))
    return true
  })
  yield* Effect.exit(Effect.provide(effect, Logs({ service: "opsdesk-test", level, format }))).pipe(
    Effect.ensuring(Effect.sync(() => stdout.mockRestore()))
  )
  const text = chunks.join("")
  assert.isTrue(text === "" || text.endsWith("\n"))
  return text.split("\n").slice(0, -1)
})

const parsed = (lines: ReadonlyArray<string>): ReadonlyArray<Record<string, unknown>> =>
  lines.map((line) => JSON.parse(line))

const first = (lines: ReadonlyArray<string>) => parsed(lines)[0] ?? {}

describe("a line in the log", () => {
  it.effect("says when, how grave, what, by which program, and for which request", () =>
    Effect.gen(function*() {
      const lines = yield* written(
        Effect.logWarning("not ready").pipe(
          Effect.annotateLogs({
            request_id: "r-1",
            user_id: "u-1",
            ticket_id: "t-1",
            event_id: "e-1",
            route: "/v1/tickets",
            status: 503
          })
        )
      )
      assert.deepStrictEqual(parsed(lines), [{
        timestamp: "1970-01-01T00:00:00.000Z",
        level: "warn",
        message: "not ready",
        service: "opsdesk-test",
        request_id: "r-1",
        user_id: "u-1",
        ticket_id: "t-1",
        event_id: "e-1",
        route: "/v1/tickets",
        status: 503
      }])
    }))

  it.effect("leaves out what nobody has allowed", () =>
    Effect.gen(function*() {
      const lines = yield* written(
        Effect.logInfo("signed in").pipe(Effect.annotateLogs({
          password: "opsdesk-demo",
          authorization: "Bearer x",
          body: "what Carla wrote",
          email: "carla@test.local",
          request_id: "r-1"
        }))
      )
      assert.deepStrictEqual(Object.keys(first(lines)), ["timestamp", "level", "message", "service", "request_id"])
    }))

  it.effect("belongs to the span that it was written in", () =>
    Effect.gen(function*() {
      const lines = yield* written(
        Effect.flatMap(Effect.currentSpan, (span) => Effect.logInfo(`${span.traceId} ${span.spanId}`)).pipe(
          Effect.withSpan("here")
        )
      )
      const { message, span_id, trace_id } = first(lines)
      assert.strictEqual(message, `${String(trace_id)} ${String(span_id)}`)
      assert.match(String(trace_id), /^[0-9a-f]{32}$/)
      assert.match(String(span_id), /^[0-9a-f]{16}$/)
    }))

  it.effect("is not written when it is less grave than the operator wants to hear", () =>
    Effect.gen(function*() {
      const all = Effect.all([Effect.logDebug("d"), Effect.logInfo("i"), Effect.logWarning("w"), Effect.logError("e")])
      const levels = (level: "Debug" | "Info" | "Warn" | "Error") =>
        Effect.map(written(all, level), (lines) => parsed(lines).map(({ level }) => level))
      assert.deepStrictEqual(yield* levels("Debug"), ["debug", "info", "warn", "error"])
      assert.deepStrictEqual(yield* levels("Info"), ["info", "warn", "error"])
      assert.deepStrictEqual(yield* levels("Error"), ["error"])
    }))

  it.effect("is one line, whatever somebody from outside has put into it", () =>
    Effect.promise(() =>
      fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), async (text, id) => {
        const hostile = `${text}\r\n{"level":"error"}\u001b[2J\u009b2J\u007f\u2028\u0000`
        const lines = await Effect.runPromise(written(
          Effect.logInfo(hostile).pipe(Effect.annotateLogs("request_id", `${id}\n\u001b]0;x\u0007`))
        ))
        assert.strictEqual(lines.length, 1)
        const commands = [...(lines[0] ?? "")].filter((char) => char < " " || (char >= "\u007f" && char <= "\u009f"))
        assert.deepStrictEqual(commands, [])
        assert.strictEqual(first(lines)["message"], hostile)
        assert.strictEqual(first(lines)["request_id"], `${id}\n\u001b]0;x\u0007`)
      }))
    ))

  it.effect("tells what broke, and not what the database said of the row", () =>
    Effect.gen(function*() {
      const cause = Object.assign(new Error("new row violates check constraint"), {
        detail: "Failing row contains (…, what Carla wrote)",
        where: "in a statement with 'opsdesk-demo'"
      })
      const lines = yield* written(Effect.logError("request failed", Cause.die(new Error("insert failed", { cause }))))
      const { error, level, message } = first(lines)
      assert.deepStrictEqual([lines.length, level, message], [1, "error", "request failed"])
      assert.include(String(error), "insert failed")
      assert.include(String(error), "new row violates check constraint")
      assert.notInclude(lines[0], "Carla")
      assert.notInclude(lines[0], "opsdesk-demo")
    }))

  it.effect("hides what is redacted, and copes with what is no JSON", () =>
    Effect.gen(function*() {
      const circle: { self?: unknown } = {}
      circle.self = circle
      const lines = yield* written(Effect.all([
        Effect.logInfo("password", { password: Redacted.make("opsdesk-demo") }, Redacted.make("opsdesk-demo")),
        Effect.logInfo("count", { count: 1n }, 1n),
        Effect.logInfo(circle, undefined, null, Symbol("x")),
        Effect.logInfo(new Error("broken\nin two"))
      ]))
      assert.notInclude(lines.join("\n"), "opsdesk-demo")
      assert.deepStrictEqual(parsed(lines).map(({ message }) => message), [
        "password {\"password\":\"<redacted>\"} \"<redacted>\"",
        "count [object Object] [object BigInt]",
        "[object Object] undefined null Symbol(x)",
        "Error: broken\nin two"
      ])
      const annotated = yield* written(
        Effect.logInfo("x").pipe(
          Effect.annotateLogs({ status: 200n, ticket_id: Redacted.make("opsdesk-demo"), route: circle })
        )
      )
      assert.deepInclude(first(annotated), {
        status: "[object BigInt]",
        ticket_id: "\"<redacted>\"",
        route: "[object Object]"
      })
    }))
})

const canary = "what Carla wrote"

/** A failure as the driver makes it: what it says, what it knows beside, and why. */
const driverError = (message: string) =>
  Object.assign(new Error("insert failed"), {
    _tag: "SqlError",
    query: `insert into tickets values ('${canary}')`,
    params: [canary],
    cause: Object.assign(new Error(message), {
      detail: `Failing row contains (1, ${canary}).`,
      where: `in a statement with '${canary}'`,
      hint: canary
    })
  })

const secretive: ReadonlyArray<readonly [string, string]> = [
  ["a failing row", `new row violates check\nFailing row contains (1, ${canary}, (null), f(x)).`],
  ["a key that is taken", `duplicate key value\nKey (email)=(${canary}) already exists.`],
  ["a key that is not there", `violates foreign key\nKey (team_id)=(${canary}) is not present in table "teams".`],
  ["text that is no number", `invalid input syntax for type integer: "${canary} "and" more"`],
  ["a number too large", `value "${canary}" is out of range for type integer`]
]

describe.each(["json", "pretty"] as const)("a line in the log, as %s", (format) => {
  it.effect.each(secretive)(
    "tells of %s without what stood in it, in a failure and in a message",
    ([, message]) =>
      Effect.gen(function*() {
        const lines = yield* written(
          Effect.all([
            Effect.logError("a request failed", Cause.die(driverError(message))),
            Effect.logError("a request failed", Cause.fail(driverError(message))),
            Effect.logError(new Error(message)),
            Effect.logError(driverError(message))
          ]),
          "Info",
          format
        )
        assert.notInclude(lines.join("\n"), canary)
        assert.include(lines.join("\n"), "…")
        assert.include(lines.join("\n"), "insert failed")
      })
  )

  it.effect("has what is allowed beside it and nothing else", () =>
    Effect.gen(function*() {
      const lines = yield* written(
        Effect.logInfo("signed in").pipe(
          Effect.annotateLogs({ password: canary, authorization: canary, email: canary, request_id: "r-1" })
        ),
        "Info",
        format
      )
      assert.strictEqual(lines.length, 1)
      assert.notInclude(lines[0], canary)
      assert.include(lines[0], "r-1")
    }))

  it.effect("cannot be made to look like several, or to command a terminal", () =>
    Effect.gen(function*() {
      const hostile = "x\r\n12:00:00.000 ERROR made up\u001b[2J\u009b2J\u2028"
      const lines = yield* written(
        Effect.logInfo(hostile).pipe(Effect.annotateLogs("request_id", hostile)),
        "Info",
        format
      )
      assert.strictEqual(lines.length, 1)
      for (const command of ["\r", "\u001b[2J", "\u009b"]) assert.notInclude(lines[0], command)
    }))
})

describe("a line for a person", () => {
  it.effect("says when, how grave and what; a failure stands in below", () =>
    Effect.gen(function*() {
      const lines = yield* written(
        Effect.logError("a request failed", Cause.die(new Error("broken"))).pipe(
          Effect.annotateLogs({ request_id: "r-1", status: 500 })
        ),
        "Info",
        "pretty"
      )
      const plain = lines.map((line) => stripVTControlCharacters(line))
      assert.strictEqual(plain[0], "00:00:00.000 ERROR a request failed request_id=r-1 status=500")
      assert.strictEqual(plain[1], "    Error: broken")
      assert.isTrue(plain.slice(1).every((line) => line.startsWith("    ")))
    }))
})
