import { Effect, Schema, SchemaTransformation } from "effect"

/** Every answer about one thing. */
export const Data = <S extends Schema.Top>(schema: S) => Schema.Struct({ data: schema })

/**
 * Every list. `total` is there when asked for by `include=total`: exact up to 10,000, beyond which it stays 10,000 and
 * `totalIsExact` is false, so that counting never costs more than a page is worth.
 */
export const PageOf = <S extends Schema.Top>(item: S) =>
  Schema.Struct({
    data: Schema.Array(item),
    page: Schema.Struct({
      limit: Schema.Int,
      nextCursor: Schema.NullOr(Schema.String),
      total: Schema.optionalKey(Schema.Int),
      totalIsExact: Schema.optionalKey(Schema.Boolean)
    }).annotate({ examples: [{ limit: 20, nextCursor: null }] })
  })

export interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly page: {
    readonly limit: number
    readonly nextCursor: string | null
    readonly total?: number
    readonly totalIsExact?: boolean
  }
}

export const countedUpTo = 10_000

/** A query parameter that is a whole number. */
export const IntParameter = (minimum: number, maximum: number) =>
  Schema.String.check(Schema.isPattern(/^\d{1,16}$/u, { message: "must be a whole number" })).pipe(
    Schema.decodeTo(
      Schema.Int.check(
        Schema.isBetween({ minimum, maximum }, { message: `must be a whole number from ${minimum} to ${maximum}` })
      ),
      SchemaTransformation.numberFromString
    )
  )

/** What a parameter is for, as the documents say it. */
export const said = (description: string) => <S extends Schema.Top>(schema: S): S["Rebuild"] =>
  schema.pipe(Schema.annotateKey({ description }))

/** The parameters that every list takes. */
export const pageQuery = {
  limit: IntParameter(1, 100).annotate({ default: 20 }).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("20")),
    said("How many at most")
  ),
  cursor: Schema.optionalKey(Schema.String.check(Schema.isBetweenCodePoints(1, 2000))).pipe(
    said("Where to go on: `nextCursor` of the page before, with the same filter, sort and user")
  ),
  include: Schema.optionalKey(Schema.Literal("total")).pipe(
    said("`total` counts all that fit the filter, up to 10,000; beyond that `totalIsExact` is false")
  )
}

export interface PageRequest {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly include?: "total" | undefined
}
