/** GraphQL's own type of answer. */
export const graphqlJson = "application/graphql-response+json"

export const eventStream = "text/event-stream"

const json = "application/json"

/** What can be answered, and the ranges that hold it. */
const ofOurs = new Set([graphqlJson, eventStream, json, "application/*", "*/*"])

interface Range {
  readonly type: string
  readonly weight: number
}

const rangeOf = (text: string): Range => {
  const [type = "", ...parameters] = text.toLowerCase().split(";").map((part) => part.trim())
  const weight = parameters.find((parameter) => parameter.startsWith("q="))
  return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)) }
}

/** What a client would take of it, the dearest first: by weight, then in its own order (RFC 9110, section 12.5.1). */
const acceptedBy = (accept: string): ReadonlyArray<Range> =>
  accept.split(",").map(rangeOf).filter(({ type, weight }) => ofOurs.has(type) && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)

/** Whether somebody would rather have events than one answer. */
export const prefersEvents = (accept = ""): boolean => acceptedBy(accept)[0]?.type === eventStream

/** The type that answers come in: the one of GraphQL over HTTP for those who like it no less than plain JSON. */
export const answerType = (accept = ""): string => {
  const weightOf = (type: string) => acceptedBy(accept).find((range) => range.type === type)?.weight ?? 0
  const weight = weightOf(graphqlJson)
  return `${weight > 0 && weight >= weightOf(json) ? graphqlJson : json}; charset=utf-8`
}
