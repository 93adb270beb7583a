import { Cause, Context, Layer, Logger, References, Tracer } from "effect"
import type { LogLevel } from "effect"
import type { Line } from "./prettyLine.ts"
import { prettyLine } from "./prettyLine.ts"
import { withoutRows } from "./withoutRows.ts"

export interface LogOptions {
  readonly service: string
  readonly level: LogLevel.LogLevel
  readonly format: "json" | "pretty"
}

/** The names that an annotation may have; anything else stays out, so that nothing secret gets in by accident. */
const allowed: ReadonlySet<string> = new Set([
  "request_id",
  "user_id",
  "session_id",
  "api_token_id",
  "ticket_id",
  "event_id",
  "trace_id",
  "span_id",
  "method",
  "route",
  "status",
  "duration_ms",
  "dependency"
])

/** Whatever it is: a line that cannot be written must not end what it tells of. */
const jsonOf = (part: unknown): string => {
  try {
    return JSON.stringify(part) ?? String(part)
  } catch {
    return Object.prototype.toString.call(part)
  }
}

const textOf = (part: unknown): string =>
  typeof part === "string" ? part : part instanceof Error ? `${part.name}: ${part.message}` : jsonOf(part)

const valueOf = (value: unknown) => typeof value === "number" || typeof value === "boolean" ? value : textOf(value)

/** JSON escapes what commands a terminal, but for DEL and the C1 controls. */
const escaped = (text: string): string =>
  text.replaceAll(/[\u007f-\u009f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)

interface Told extends Line {
  readonly service: string
}

/** What of an entry may be written, in whatever format: allowed annotations, and texts without rows. */
const told = (service: string, { cause, date, fiber, logLevel, message }: Logger.Options<unknown>): Told => {
  const span = Context.getOrUndefined(fiber.context, Tracer.ParentSpan)
  const annotations = Object.entries(fiber.getRef(References.CurrentLogAnnotations))
    .filter(([name]) => allowed.has(name))
    .map(([name, value]) => [name, valueOf(value)] as const)
  return {
    timestamp: date.toISOString(),
    level: logLevel.toLowerCase(),
    message: withoutRows((Array.isArray(message) ? message : [message]).map(textOf).join(" ")),
    service,
    annotations: Object.entries({
      ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
      ...Object.fromEntries(annotations)
    }),
    error: cause.reasons.length === 0 ? undefined : withoutRows(Cause.pretty(cause))
  }
}

/** One JSON object a line. */
const jsonLine = ({ annotations, error, level, message, service, timestamp }: Told): string => {
  const line = {
    timestamp,
    level,
    message,
    service,
    ...Object.fromEntries(annotations),
    ...(error === undefined ? {} : { error })
  }
  return `${escaped(JSON.stringify(line))}\n`
}

export const Logs = ({ format, level, service }: LogOptions) => {
  const line = format === "json" ? jsonLine : prettyLine
  const logger = Logger.make((entry) => void globalThis.process.stdout.write(line(told(service, entry))))
  return Layer.mergeAll(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, level))
}
