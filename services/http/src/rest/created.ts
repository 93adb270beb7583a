import { versionTag } from "@opsdesk/kernel/EntityTag"
import type { Page } from "@opsdesk/kernel/Page"
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

/**
 * A page of records whose JSON is their own: instants write themselves as the contract has them. Going through the schema
 * would cost a list more than all the rest of its answer.
 */
export const asItIs = <A>(page: Page<A>) => HttpServerResponse.jsonUnsafe(page)
