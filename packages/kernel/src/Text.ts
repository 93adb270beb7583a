import { Schema } from "effect"

/**
 * Text that PostgreSQL can keep: `text` refuses U+0000 and `jsonb` refuses a lone surrogate, and neither may become a
 * server's failure. Lengths count code points, as JSON Schema does.
 */
export const Text = (minimum: number, maximum: number) =>
  Schema.String.check(
    Schema.isBetweenCodePoints(minimum, maximum, { message: `must be ${minimum} to ${maximum} characters long` }),
    Schema.makeFilter((text) => text.isWellFormed() || "must be well-formed Unicode"),
    // Last, as what is said about the whole goes with the last check, and JSON Schema can only tell of this one.
    Schema.isPattern(/^[^\0]*$/u, { message: "must not contain U+0000" })
  )

/** Text with something to read in it: at least one character that is not white space. */
export const NonBlankText = (maximum: number) =>
  Text(1, maximum).check(Schema.isPattern(/\S/u, { message: "must not be blank" }))
