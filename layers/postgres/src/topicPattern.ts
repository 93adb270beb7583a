const one = String.raw`[^.]*\.`

const quoted = (word: string) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

const ofWord = (word: string): string => word === "*" ? one : word === "#" ? `(${one})*` : `${quoted(word)}\\.`

/** No words at all where there is no letter; else one more than dots. */
const wordsOf = (text: string): ReadonlyArray<string> => text === "" ? [] : text.split(".")

/**
 * What a binding of a topic exchange takes (AMQP 0-9-1, 3.1.3.3: `*` is a word, `#` any number of them), as a regular
 * expression of PostgreSQL and JavaScript alike, for `withDots(type)`.
 */
export const topicPattern = (binding: string): string => `^${wordsOf(binding).map(ofWord).join("")}$`

/** A type with a dot after each of its words, as patterns expect it. */
export const withDots = (type: string): string => wordsOf(type).map((word) => `${word}.`).join("")
