import { TicketId } from "@opsdesk/kernel/Ids"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Text } from "@opsdesk/kernel/Text"
import { NewMessage } from "@opsdesk/messages/Message"
import { Result, Schema, SchemaIssue } from "effect"

/** The subprotocol of the realtime program. */
export const protocol = "opsdesk.v1"

const id = { id: Schema.optionalKey(Text(1, 200)) }

/** Every frame that a client may send: whatever is none of these is answered with an error. */
export const clientFrames = {
  subscribe: Schema.Struct({
    type: Schema.Literal("subscribe"),
    room: Text(1, 100),
    after: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
    ...id
  }),
  unsubscribe: Schema.Struct({ type: Schema.Literal("unsubscribe"), room: Text(1, 100), ...id }),
  "message:send": Schema.Struct({
    type: Schema.Literal("message:send"),
    ticketId: TicketId,
    body: NewMessage.fields.body,
    visibility: NewMessage.fields.visibility,
    clientMessageId: Text(1, 200),
    ...id
  }),
  typing: Schema.Struct({ type: Schema.Literal("typing"), ticketId: TicketId, typing: Schema.Boolean, ...id }),
  auth: Schema.Struct({ type: Schema.Literal("auth"), token: Text(1, 16_384), ...id }),
  ping: Schema.Struct({ type: Schema.Literal("ping"), ...id })
} as const
export type ClientType = keyof typeof clientFrames
export type ClientFrame = typeof clientFrames[ClientType]["Type"]

/** What a desk says of something that it does not do; `code` is a problem's slug. */
export interface ErrorFrame {
  readonly type: "error"
  readonly code: string
  readonly detail: string
  readonly id?: string
  readonly room?: string
  readonly clientMessageId?: string
  readonly retryAfter?: number
  readonly errors?: ReadonlyArray<{ readonly pointer: string; readonly detail: string }>
}

/** What a desk sends beside the events of rooms, which `roomFrames.ts` makes. */
export type ServerFrame =
  | { readonly type: "subscribed"; readonly room: string; readonly seq: number; readonly id?: string }
  | { readonly type: "unsubscribed"; readonly room: string; readonly reason?: "forbidden"; readonly id?: string }
  | { readonly type: "resync"; readonly room: string; readonly id?: string }
  | { readonly type: "presence"; readonly room: string; readonly users: ReadonlyArray<UserId> }
  | {
    readonly type: "typing"
    readonly room: string
    readonly ticketId: TicketId
    readonly userId: UserId
    readonly typing: boolean
  }
  | { readonly type: "ack"; readonly clientMessageId: string; readonly message: object; readonly id?: string }
  | { readonly type: "authenticated"; readonly id?: string }
  | { readonly type: "pong"; readonly id?: string }
  | ErrorFrame

/** Why the desk hangs up; RFC 6455, section 7.4, leaves 4000 and above to whoever agrees on them. */
export const closeCodes = {
  malformed: 4400,
  tokenRanOut: 4401,
  tooSlow: 4408,
  tooMany: 4429
} as const

const decoders = new Map(
  Object.entries(clientFrames).map(([type, schema]) =>
    [
      type,
      Schema.decodeUnknownResult(Schema.Union([schema]), { errors: "all", onExcessProperty: "error" })
    ] as const
  )
)

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

const pointerOf = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined): string =>
  (path ?? []).map((part) =>
    `/${String(typeof part === "object" ? part.key : part).replaceAll("~", "~0").replaceAll("/", "~1")}`
  ).join("")

const idOf = (frame: object): { readonly id?: string } =>
  "id" in frame && typeof frame.id === "string" && frame.id.length <= 200 ? { id: frame.id } : {}

const refusal = (code: string, detail: string, more: Partial<ErrorFrame> = {}): ErrorFrame => ({
  type: "error",
  code,
  detail,
  ...more
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads a frame, or says what is wrong with it. */
export const readFrame = (text: string): Result.Result<ClientFrame, ErrorFrame> => {
  const json = parsed(text)
  if (json === undefined) return Result.fail(refusal("malformed-json", "A frame is a JSON object."))
  if (typeof json !== "object" || json === null || !("type" in json) || typeof json.type !== "string") {
    return Result.fail(refusal("validation-failed", "A frame is a JSON object with a `type`."))
  }
  const decode = decoders.get(json.type)
  if (decode === undefined) {
    return Result.fail(
      refusal("validation-failed", `\`type\` is one of ${[...decoders.keys()].join(", ")}.`, idOf(json))
    )
  }
  return Result.mapError(
    decode(json),
    ({ issue }) =>
      refusal("validation-failed", "See `errors` for each thing that is wrong.", {
        ...idOf(json),
        errors: issuesOf(issue).issues.map(({ message, path }) => ({ pointer: pointerOf(path), detail: message }))
      })
  )
}
