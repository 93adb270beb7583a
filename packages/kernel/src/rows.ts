import { DateTime, Effect, Schema } from "effect"

/** A row as its record has it: instants come as `Date`, and nothing else differs. */
const recordOf = (row: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const record = { ...row }
  for (const name in record) {
    const value = record[name]
    if (value instanceof Date) record[name] = DateTime.fromDateUnsafe(value)
  }
  return record
}

/**
 * Reads the rows of a long list: as `Schema.Array(schema)` would, at a third of the cost. Instants are turned by hand, and
 * the rest is checked as what it is inside: what a schema checks of text before it turns it is not looked at again. Of ids
 * that is their form: a column of type `uuid` holds nothing else, in lower case, and which version it is was checked where
 * the id came in. One of another version, put there by hand, is shown rather than keeping everybody from the whole list.
 * `schema` is that of a plain record without other transformations.
 */
export const rowsOf = <Type>(schema: Schema.Codec<Type, unknown>) => {
  const check = Schema.decodeUnknownEffect(Schema.Array(Schema.toType(schema)))
  return (
    rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  ): Effect.Effect<ReadonlyArray<Type>, Schema.SchemaError> => Effect.suspend(() => check(rows.map(recordOf)))
}
