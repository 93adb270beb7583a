import type { Fault } from "@opsdesk/kernel/Problem"

/** So deep may arrays and objects of a body stand in each other. */
export const deepest = 32

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Text of these bytes, or null where they are not UTF-8: replaced by U+FFFD they would be kept as nobody wrote them. */
export const textOf = (bytes: ArrayBuffer): string | null => {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

/** Whether brackets stand deeper in each other than they may, as far as the text goes; those within strings are none. */
export const isTooDeep = (json: string): boolean => {
  let depth = 0
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const char = json[at]
    if (inString) {
      if (char === "\\") at++
      else if (char === "\"") inString = false
    } else if (char === "\"") inString = true
    else if (char === "[" || char === "{") {
      if (++depth > deepest) return true
    } else if (char === "]" || char === "}") depth--
  }
  return false
}

const isEncoded = (text: string): boolean => {
  // Bare bytes beyond ASCII would be read as Latin-1.
  if (/[^\u0020-\u007e]/.test(text)) return false
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** More than any operation takes. */
const mostParameters = 100

/** A name that is written plainly is what it says; taking one apart costs more than all the rest of this. */
const nameOf = (pair: string): string => {
  const [name = ""] = pair.split("=", 1)
  return /[%+]/.test(name) ? [...new URLSearchParams(`&${pair}`).keys()][0] ?? "" : name
}

/** What is wrong with a query before anybody asks what it means: bytes that are not UTF-8, or a name that comes twice. */
export const queryFaults = (url: string): ReadonlyArray<Fault> => {
  const start = url.indexOf("?")
  if (start < 0) return []
  const query = url.slice(start + 1)
  const pairs = query.split("&").filter((pair) => pair !== "")
  if (pairs.length > mostParameters) {
    return [{ parameter: "", detail: `must be at most ${mostParameters} in one address` }]
  }
  const names = pairs.map(nameOf)
  const badly = pairs.flatMap((pair, at) =>
    isEncoded(pair) ? [] : [{ parameter: names[at] ?? "", detail: "must be percent-encoded UTF-8" }]
  )
  const seen = new Set<string>()
  const twice = names.filter((name) => seen.size === seen.add(name).size)
  return [
    ...badly,
    ...[...new Set(twice)].map((parameter) => ({
      parameter,
      detail: "must be given once; join several values with commas"
    }))
  ]
}
