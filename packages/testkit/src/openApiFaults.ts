import addFormats from "ajv-formats"
import { Ajv2020 } from "ajv/dist/2020.js"

/** Where something stands in a document, as a JSON Pointer (RFC 6901). */
export const pointerTo = (...steps: ReadonlyArray<string>): string =>
  steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")

/**
 * Holds values against the schemas of an OpenAPI document: says what is wrong with a value by the schema at a pointer.
 * A keyword or a format that JSON Schema does not have is a mistake of the document, and throws.
 */
export const openApiFaults = (document: object): (pointer: string, value: unknown) => ReadonlyArray<string> => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true })
  addFormats.default(ajv)
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
