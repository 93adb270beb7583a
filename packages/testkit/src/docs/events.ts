import { exampleOf } from "@opsdesk/api/examples"
import type { Node } from "@opsdesk/api/json"
import { nodeOf } from "@opsdesk/api/json"
import type { Consumer } from "@opsdesk/events/Consumer"
import { exchange, queueName, typePattern } from "@opsdesk/events/topology"
import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { EventType } from "@opsdesk/kernel/EventType"
import { messageEvents } from "@opsdesk/messages/MessageEvents"
import { retryStepsOf, usualRetrySteps } from "@opsdesk/stack/retrySteps"
import { ticketEvents } from "@opsdesk/tickets/TicketEvents"
import { userEvents } from "@opsdesk/users/UserEvents"
import { Option, Schema } from "effect"
import { generated, page, table } from "./markdown.ts"

/** Every event that the slices tell. */
export const eventTypes: Readonly<Record<string, EventType>> = { ...ticketEvents, ...messageEvents, ...userEvents }

type Described = Pick<Consumer, "name" | "about" | "types">

const json = (value: unknown): string => ["```json", JSON.stringify(value, null, 2), "```"].join("\n")

const documentOf = (schema: Schema.Top): { readonly schema: Node; readonly named: Node } => {
  const document = Schema.toJsonSchemaDocument(schema)
  return { schema: nodeOf(document.schema), named: nodeOf(document.definitions) }
}

/** A JSON Schema as it stands alone, with the parts that it names. */
const wholeOf = ({ named, schema }: ReturnType<typeof documentOf>): Node =>
  Object.keys(named).length === 0 ? schema : { ...schema, $defs: named }

const exampleOfPayload = (schema: Schema.Top): unknown => {
  const { named, schema: own } = documentOf(schema)
  // References lead to `#/$defs/`, as in JSON Schema itself.
  const text = JSON.stringify({ own, named }).replaceAll("#/$defs/", "#/components/schemas/")
  const rewritten = nodeOf(JSON.parse(text))
  return exampleOf(nodeOf(rewritten.own), nodeOf(rewritten.named))
}

const takes = ({ types }: Described, type: string): boolean => new RegExp(typePattern(types) ?? "").test(type)

const section = (consumers: ReadonlyArray<Described>, [type, { about, payload }]: readonly [string, EventType]) => {
  const takers = consumers.filter((consumer) => takes(consumer, type)).map(({ name }) => `\`${name}\``)
  return [
    `### ${type}`,
    `${about} Acted on by: ${takers.length === 0 ? "nobody" : takers.join(", ")}.`,
    "A payload:",
    json(exampleOfPayload(payload)),
    "<details><summary>Its schema (JSON Schema, draft 2020-12)</summary>",
    json(wholeOf(documentOf(payload))),
    "</details>"
  ].join("\n\n")
}

const steps = usualRetrySteps.split(",")

const consumerRows = (consumers: ReadonlyArray<Described>) =>
  consumers.map(({ about, name, types }) => {
    const queue = queueName(name)
    return [
      `\`${name}\``,
      about,
      types.map((type) => `\`${type}\``).join(", "),
      `\`${queue}\``,
      steps.map((step, at) => `\`${queue}.retry.${at + 1}\` (${step})`).join(", "),
      `\`${queue}.dead\``
    ]
  })

export const events = (consumers: ReadonlyArray<Described>): string =>
  page(
    "# Events",
    generated("the slices' `*Events.ts` and the worker's list of consumers"),
    "Every change is told by one event, kept with the change itself. How events travel and why so is in\n[messaging.md](messaging.md). `GET /v1/tickets/:id/events` shows those of a ticket.",
    "## On the wire",
    `A message's body is the event as JSON, its \`message-id\` the event's id, its routing key the type. On RabbitMQ it goes\nthrough the durable topic exchange \`${exchange}\`; with PostgreSQL alone the same queues are rows of a table.`,
    json({ ...nodeOf(exampleOfPayload(EventEnvelope)), seq: 7 }),
    "## Who acts on them",
    `Each consumer has a queue, a delay queue for each further try (\`OPSDESK_RETRY_STEPS\`, ${
      Option.match(retryStepsOf(usualRetrySteps), { onNone: () => "", onSome: ({ length }) => `${length + 1} tries` })
    } in all unless it says otherwise; up\nto a tenth longer, by chance) and a queue of dead letters, which the worker empties into the list that\n\`GET /v1/admin/dead-letters\` shows. On RabbitMQ all of them are quorum queues.`,
    table(["consumer", "what it does", "types", "queue", "delays", "dead letters"], consumerRows(consumers)),
    "## What is told",
    ...Object.entries(eventTypes).map((type) => section(consumers, type))
  )
