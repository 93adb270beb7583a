/**
 * The statements of an SQL script, as `psql` would part them: a semicolon inside a string, a quoted name, a dollar-quoted
 * body, a comment or parentheses parts nothing. Only the body of a `begin atomic` it does not know: quote that with
 * dollars.
 */
export const statementsOf = (script: string): ReadonlyArray<string> => {
  const statements: Array<string> = []
  let start = 0
  let at = 0
  let empty = true
  let depth = 0
  const end = (upTo: number) => {
    if (!empty) statements.push(script.slice(start, upTo).trim())
    start = upTo + 1
    empty = true
  }
  while (at < script.length) {
    const rest = script.slice(at)
    const skipped = skip(rest)
    if (skipped > 0) {
      at += skipped
      continue
    }
    const quoted = quote(rest)
    if (quoted > 0) {
      empty = false
      at += quoted
      continue
    }
    const char = script[at]
    if (char === ";" && depth === 0) end(at)
    else empty = false
    if (char === "(") depth++
    if (char === ")" && depth > 0) depth--
    at++
  }
  end(script.length)
  return statements
}

/** The length of the white space or comment that the text begins with. Block comments nest. */
const skip = (text: string): number => {
  if (text.startsWith("--")) {
    const line = text.search(/[\n\r]/)
    return line < 0 ? text.length : line + 1
  }
  if (!text.startsWith("/*")) return /^\s+/.exec(text)?.[0].length ?? 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith("/*", at)) {
      depth++
      at++
    } else if (text.startsWith("*/", at)) {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  return text.length
}

const escapedPart = String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`
const nextLine = String.raw`(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:\s|--[^\n\r]*[\n\r])*`
/** An E string may go on in the next line, and its escapes with it. */
const escapedString = new RegExp(`^[eE]${escapedPart}(?:${nextLine}${escapedPart})*`)

// PostgreSQL takes everything beyond ASCII for a letter.
const dollarTag = /^\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/
const wordOrNumber = /^[A-Za-z_0-9\u0080-\uffff][A-Za-z_0-9$\u0080-\uffff]*/

/** The length of the string, quoted name or dollar-quoted body that the text begins with. */
const quote = (text: string): number => {
  const escaped = escapedString.exec(text)
  if (escaped !== null) return escaped[0].length
  const plain = /^(?:'(?:[^']|'')*'|"(?:[^"]|"")*")/.exec(text)
  if (plain !== null) return plain[0].length
  const tag = dollarTag.exec(text)?.[0]
  if (tag !== undefined) {
    const close = text.indexOf(tag, tag.length)
    return close < 0 ? text.length : close + tag.length
  }
  // A word, so that an E or a dollar inside it is not taken for the start of a string.
  return wordOrNumber.exec(text)?.[0].length ?? 0
}
