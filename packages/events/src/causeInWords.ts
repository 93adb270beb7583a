import { Cause } from "effect"

const longest = 2000

/** Why something failed, in one text for whoever looks after it: the outermost failure first, down to what caused it. */
export const causeInWords = (cause: Cause.Cause<unknown>): string => {
  const failure = Cause.squash(cause)
  const says: Array<string> = []
  let error: unknown = failure
  for (let depth = 0; depth < 8 && error instanceof Error; depth++, error = error.cause) {
    const text = error.message === "" ? error.name : error.message
    if (!says.includes(text)) says.push(text)
  }
  const text = says.length > 0 ? says.join(": ") : String(failure)
  return text.slice(0, longest)
}
