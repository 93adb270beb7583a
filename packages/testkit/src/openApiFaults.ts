import addFormats from "ajv-formats"
import { Ajv2020 } from "ajv/dist/2020.js"
import { isDeepStrictEqual } from "node:util"

/** Where something stands in a document, as a JSON Pointer (RFC 6901). */
export const pointerTo = (...steps: ReadonlyArray<string>): string =>
  steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")

const areUnique = (items: ReadonlyArray<unknown>): boolean =>
  items.every((item, at) => !items.slice(0, at).some((earlier) => isDeepStrictEqual(earlier, item)))

/**
 * Holds values against the schemas of an OpenAPI document: says what is wrong with a value by the schema at a pointer.
 * A keyword or a format that JSON Schema does not have is a mistake of the document, and throws.
 */
export const openApiFaults = (document: object): (pointer: string, value: unknown) => ReadonlyArray<string> => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true })
  addFormats.default(ajv)
  // Ajv's own calls what a value names `valueOf`, which in JSON may be anything.
  ajv.removeKeyword("uniqueItems").addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: (unique: boolean, items: ReadonlyArray<unknown>) => !unique || areUnique(items)
  })
  ajv.addVocabulary(Object.keys(document))
  ajv.addSchema({ $id: "openapi", ...document })
  return (pointer, value) => {
    const validate = ajv.getSchema(`openapi#${encodeURI(pointer)}`)
    if (validate === undefined) return [`there is no schema at ${pointer}`]
    return validate(value) === true
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? "is wrong"}`)
  }
}
