import { versionTag } from "@opsdesk/kernel/EntityTag"
import type { Page } from "@opsdesk/kernel/Page"
import { DateTime } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiSchema } from "effect/http-api"

/** What answers a creation: the thing, and where it is from now on. */
export const created = <A>(location: string, data: A) =>
  HttpApiSchema.withHeaders({ body: { data }, headers: { location } })

export const found = <A>(data: A) => ({ data })

interface Versioned {
  readonly version: number
}

/** Of what counts its versions: with the tag that a change can name in `If-Match`. */
export const createdVersion = <A extends Versioned>(location: string, data: A) =>
  HttpApiSchema.withHeaders({ body: { data }, headers: { location, etag: versionTag(data.version) } })

export const foundVersion = <A extends Versioned>(data: A) =>
  HttpApiSchema.withHeaders({ body: { data }, headers: { etag: versionTag(data.version) } })

/** A record with its instants as the contract has them. */
const plain = (record: object): object => {
  const all: Record<string, unknown> = { ...record }
  for (const name in all) {
    const value = all[name]
    if (DateTime.isDateTime(value)) all[name] = DateTime.formatIso(value)
  }
  return all
}

/**
 * The text of a page of records whose JSON is their own. Going through the schema would cost a list more than all the rest
 * of its answer, and instants that are asked one by one how they are written cost half as much again as text.
 */
export const textOf = <A extends object>({ data, page }: Page<A>): string =>
  JSON.stringify({ data: data.map(plain), page })

export const asItIs = <A extends object>(page: Page<A>) =>
  HttpServerResponse.text(textOf(page), { contentType: "application/json" })
