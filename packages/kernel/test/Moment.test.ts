import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result, Schema } from "effect"
import { Instant } from "../src/Moment.ts"

const instantOf = (text: string) =>
  Result.match(Schema.decodeUnknownResult(Instant)(text), { onSuccess: DateTime.formatIso, onFailure: () => null })

describe("an instant in a query", () => {
  it.each([
    ["2026-03-14T09:26:53Z", "2026-03-14T09:26:53.000Z"],
    ["2026-03-14T09:26:53.589Z", "2026-03-14T09:26:53.589Z"],
    ["2026-03-14T09:26:53.589793238Z", "2026-03-14T09:26:53.589Z"],
    ["2026-03-14T09:26:53+02:00", "2026-03-14T07:26:53.000Z"],
    ["2026-03-14T23:30:00-01:30", "2026-03-15T01:00:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"]
  ])("%s is one", (text, instant) => assert.strictEqual(instantOf(text), instant))

  it.each([
    "2026-03-14",
    "2026-03-14T09:26Z",
    "2026-03-14T09:26:53",
    "2026-03-14 09:26:53Z",
    "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-03-14T24:00:00Z",
    "2026-03-14T09:60:00Z",
    "2026-03-14T09:26:61Z",
    "2026-03-14T09:26:53+2:00",
    "2026-03-14T09:26:53+24:00",
    "1773480413",
    "yesterday",
    ""
  ])("%s is none", (text) => assert.isNull(instantOf(text)))
})
