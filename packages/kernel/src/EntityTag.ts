import { Effect, Option, Schema, SchemaGetter, SchemaIssue } from "effect"
import { said } from "./Page.ts"
import { PreconditionFailed } from "./Problem.ts"

/**
 * Tags that a client names (RFC 9110, sections 13.1.1 and 13.1.2), as they are written: `"v7"`, or `W/"v7"` for a weak
 * one. `*` stands for whatever there is.
 */
export type EntityTags = "*" | ReadonlyArray<string>

/** RFC 9110, section 8.8.3: any character but quotes, controls and spaces, between quotes. Commas are allowed. */
const tag = /[\t ]*((?:W\/)?"[!#-~\u0080-\u00ff]*")[\t ]*(,|$)/y
/** Recipients pass over empty elements of a list (RFC 9110, section 5.6.1.2). */
const gap = /[\t ,]*/y

/** The tags in a header's text, or none if it has another form than `*` or a list of tags. */
export const entityTagsIn = (text: string): Option.Option<EntityTags> => {
  if (text.trim() === "*") return Option.some("*")
  const tags: Array<string> = []
  let at = 0
  const read = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  for (read(gap); at < text.length; read(gap)) {
    const [, found] = read(tag) ?? []
    if (found === undefined) return Option.none()
    tags.push(found)
  }
  return tags.length === 0 ? Option.none() : Option.some(tags)
}

/** Weak comparison (RFC 9110, section 8.8.3.2), which asks whether one has it already. */
export const hasAlready = (tags: EntityTags, current: string): boolean =>
  tags === "*" || tags.some((known) => known.replace(/^W\//, "") === current.replace(/^W\//, ""))

/** The tag of a version that is counted: strong, as each version is told in the same bytes each time. */
export const versionTag = (version: number): string => `"v${version}"`

/**
 * Goes on if one of the tags is that of the version, else `PreconditionFailed`. Compared strongly: a weak tag fits
 * nothing. It belongs after the row's lock or before a statement that depends on the version, or somebody could come between.
 */
export const mustMatch = (
  { version }: { readonly version: number },
  tags: EntityTags | undefined
): Effect.Effect<void, PreconditionFailed> =>
  tags === undefined || tags === "*" || tags.includes(versionTag(version))
    ? Effect.void
    : Effect.fail(new PreconditionFailed())

const EntityTags = Schema.Union([Schema.Literal("*"), Schema.Array(Schema.String)])

const EntityTagsFromText = Schema.String.pipe(
  Schema.decodeTo(EntityTags, {
    decode: SchemaGetter.transformEffect((text: string) =>
      Option.match(entityTagsIn(text), {
        onNone: () =>
          Effect.fail(new SchemaIssue.InvalidValue({ message: "must be `*` or a list of tags, such as \"v7\"" })),
        onSome: (tags) => Effect.succeed(tags)
      })
    ),
    encode: SchemaGetter.transform((tags) => typeof tags === "string" ? tags : tags.join(", "))
  })
)

/** The header of a change that is to be made only to the version that one has seen. */
export const ifMatch = {
  "if-match": Schema.optionalKey(EntityTagsFromText).pipe(
    said(
      "Tags of the versions that may be changed, from `ETag`; `*` for any. Another version is 412 (RFC 9110, 13.1.1)"
    )
  )
}

/** The header of an answer that tells one thing. */
export const eTag = {
  etag: Schema.String.annotate({ examples: ["\"v1\""] })
}
