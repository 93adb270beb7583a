import type { DeadLetter, Delivery, Outgoing, Queue, Settlement } from "@opsdesk/capabilities/Broker"
import { deadName, delayNames } from "@opsdesk/capabilities/Broker"
import type { ConsumeMessage } from "amqplib"
import { Duration, Effect, Random } from "effect"
import type { Letter } from "./makePublisher.ts"
import type { Topology } from "./topology.ts"

const retriesHeader = "x-opsdesk-retries"
const errorHeader = "x-opsdesk-error"
/** Headers travel in one frame, and the reader of a dead letter needs no more. */
const longestError = 2000

const json = "application/json"

const textOrNull = (value: unknown): string | null => typeof value === "string" ? value : null

/** A new message: to whoever asked for its type, or to one queue by the exchange without a name. */
export const letterOf = ({ exchange, prefix }: Topology, { body, id, queue, type }: Outgoing): Letter => ({
  exchange: queue === undefined ? exchange : "",
  routingKey: queue === undefined ? type : `${prefix}${queue}`,
  id,
  content: Buffer.from(body),
  properties: { contentType: json, type }
})

/** What anybody may have sent: nothing in it is trusted to be there, or to be what it should. */
export const deliveryOf = ({ content, fields, properties }: ConsumeMessage): Delivery => {
  const retries: unknown = properties.headers?.[retriesHeader]
  return {
    id: textOrNull(properties.messageId),
    // What came by the exchange has its type as routing key; what came otherwise has the name of a queue there.
    type: textOrNull(properties.type) ?? (fields.exchange === "" ? null : fields.routingKey),
    body: content.toString("utf8"),
    retries: typeof retries === "number" && Number.isSafeInteger(retries) && retries > 0 ? retries : 0,
    redelivered: fields.redelivered
  }
}

/** Whoever moved it said why; else the server did so itself, and names a reason such as `delivery_limit`. */
const errorOf = ({ properties }: ConsumeMessage): string | null => {
  const said = textOrNull(properties.headers?.[errorHeader])
  if (said !== null) return said
  const reason = textOrNull(properties.headers?.["x-first-death-reason"])
  return reason === null ? null : `RabbitMQ gave it up: ${reason}`
}

export const deadLetterOf = (message: ConsumeMessage): DeadLetter => ({
  ...deliveryOf(message),
  error: errorOf(message)
})

/** Never before its time, and up to a tenth later, so that what failed together does not come back together. */
const jittered = (delay: Duration.Duration) =>
  Effect.map(Random.nextBetween(1, 1.1), (factor) => Math.round(Duration.toMillis(delay) * factor))

/** The server's notes on where a message died belong to the message that died: in a copy they would stop the next one. */
const isNote = (header: string) =>
  header.startsWith("x-death") || header.startsWith("x-first-death") ||
  header.startsWith("x-last-death") || header === "x-delivery-count"

/** The message as it came, byte for byte, on its way to a delay or to the dead letters; null where it has nowhere to go. */
export const movedBy = Effect.fnUntraced(function*(
  { prefix }: Topology,
  queue: Queue,
  message: ConsumeMessage,
  settlement: Settlement
) {
  if (settlement._tag === "Done") return null
  const { id, retries, type } = deliveryOf(message)
  const kept = Object.entries(message.properties.headers ?? {}).filter(([header]) => !isNote(header))
  const isRetry = settlement._tag === "Retry"
  const step = isRetry ? Math.min(settlement.step, queue.delays.length - 1) : -1
  const delay = queue.delays[step]
  const letter: Letter = {
    exchange: "",
    routingKey: `${prefix}${isRetry ? delayNames(queue)[step] ?? queue.name : deadName(queue)}`,
    id,
    content: message.content,
    properties: {
      contentType: textOrNull(message.properties.contentType) ?? json,
      ...(type === null ? {} : { type }),
      ...(delay === undefined ? {} : { expiration: yield* jittered(delay) }),
      headers: {
        ...Object.fromEntries(kept),
        [retriesHeader]: isRetry ? retries + 1 : retries,
        [errorHeader]: settlement.error.slice(0, longestError)
      }
    }
  }
  return letter
})
