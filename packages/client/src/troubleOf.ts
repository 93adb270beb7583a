import { HttpClientError } from "effect/http"

/** What went wrong, for whoever has to be told: a problem of the desk's (RFC 9457), or that there was no answer. */
export interface Trouble {
  /** The problem's slug; `unreachable` where no answer came, `unreadable` where it was none of the contract's. */
  readonly code: string
  readonly title: string
  readonly detail: string
  /** What is wrong with which field: by its name in the body, or of the parameter. Empty unless something was invalid. */
  readonly fields: ReadonlyMap<string, string>
  /** For the operator, who finds the cause under it; null where the desk has not answered. */
  readonly requestId: string | null
}

const textIn = (error: object, name: string): string | undefined => {
  const value: unknown = Object.entries(error).find(([key]) => key === name)?.[1]
  return typeof value === "string" ? value : undefined
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const fieldsOf = (error: object): ReadonlyMap<string, string> => {
  const faults: unknown = "errors" in error ? error.errors : []
  return new Map((Array.isArray(faults) ? faults.filter(isObject) : []).map((fault) => [
    textIn(fault, "pointer")?.replace(/^\//, "") ?? textIn(fault, "parameter") ?? "",
    textIn(fault, "detail") ?? ""
  ]))
}

const trouble = (code: string, title: string, detail: string): Trouble => ({
  code,
  title,
  detail,
  fields: new Map(),
  requestId: null
})

/** Puts into words whatever a call has failed with. */
export const troubleOf = (error: unknown): Trouble => {
  if (!isObject(error)) return trouble("unreadable", "Something went wrong", "Try again.")
  const code = textIn(error, "code")
  const title = textIn(error, "title")
  if (code !== undefined && title !== undefined) {
    return {
      code,
      title,
      detail: textIn(error, "detail") ?? "",
      fields: fieldsOf(error),
      requestId: textIn(error, "requestId") ?? null
    }
  }
  return HttpClientError.isHttpClientError(error) && error.response === undefined
    ? trouble("unreachable", "The desk cannot be reached", "Check your connection; what you have written is kept here.")
    : trouble("unreadable", "The desk gave an answer that this page does not know", "Load the page anew.")
}
