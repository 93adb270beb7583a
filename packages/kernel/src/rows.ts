import { DateTime, Effect, Schema } from "effect"

/** Instants come as `Date`, and nothing else of a row differs from its record. */
const valueOf = (value: unknown): unknown => value instanceof Date ? DateTime.fromDateUnsafe(value) : value

/**
 * Reads the rows of a long list: as `Schema.Array(schema)` would, at a tenth of the cost. Instants are turned by hand, and
 * the rest is checked as what it is inside: what a schema checks of text before it turns it is not looked at again. Of ids
 * that is their form: a column of type `uuid` holds nothing else, in lower case, and which version it is was checked where
 * the id came in. One of another version, put there by hand, is shown rather than keeping everybody from the whole list.
 * `schema` is that of a plain record without other transformations. Its fields are checked one by one, as each compiles
 * where the whole does not; the whole says what is wrong.
 */
export const rowsOf = <Fields extends Schema.Struct.Fields>(schema: Schema.Struct<Fields>) => {
  type Type = Schema.Struct<Fields>["Type"]
  const decode = Schema.decodeUnknownEffect(Schema.Array(Schema.toType(schema)))
  const fields = Object.entries(schema.fields).map(([name, field]) => [name, Schema.is(Schema.toType(field))] as const)

  const recordOf = (row: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const record: Record<string, unknown> = {}
    for (const [name] of fields) record[name] = valueOf(row[name])
    return record
  }
  const isRecord = (record: Record<string, unknown>): record is Record<string, unknown> & Type =>
    fields.every(([name, is]) => is(record[name]))

  return (
    rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  ): Effect.Effect<ReadonlyArray<Type>, Schema.SchemaError> =>
    Effect.suspend(() => {
      const records = rows.map(recordOf)
      return records.every(isRecord) ? Effect.succeed(records) : decode(records)
    })
}
