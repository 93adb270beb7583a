import type { LimitFigures } from "@opsdesk/capabilities/LimitFigures"
import { LimitFigures as Figures, usualFigures } from "@opsdesk/capabilities/LimitFigures"
import { Data, Effect, Option, Schema, SchemaIssue } from "effect"
import { readFile } from "node:fs/promises"

/** Whether anything is limited, and by which figures. */
export interface Limits {
  readonly on: boolean
  readonly figures: LimitFigures
}

/** Why a file with figures is none. */
export class FiguresRefused extends Data.TaggedError("FiguresRefused")<{ readonly message: string }> {}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Figures), { onExcessProperty: "error" })
const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What `OPSDESK_LIMITS` means: nothing said, `off`, or the path of a JSON file with other figures. */
export const limitsOf = Effect.fnUntraced(function*(said: Option.Option<string>) {
  if (Option.isNone(said)) return { on: true, figures: usualFigures }
  if (said.value === "off") return { on: false, figures: usualFigures }
  const text = yield* Effect.tryPromise({
    try: () => readFile(said.value, "utf8"),
    catch: () => new FiguresRefused({ message: `OPSDESK_LIMITS: ${said.value} cannot be read` })
  })
  const figures = yield* decode(text).pipe(Effect.mapError(({ issue }) => {
    const [first] = format(issue).issues
    const at = (first?.path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join(".")
    const says = first === undefined ? "is not valid" : first.message.replaceAll(/\s*\n\s*/g, " ")
    return new FiguresRefused({ message: `OPSDESK_LIMITS: ${said.value}${at === "" ? "" : ` at ${at}`}: ${says}` })
  }))
  const limits: Limits = { on: true, figures }
  return limits
})
