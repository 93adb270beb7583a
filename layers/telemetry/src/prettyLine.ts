import { styleText } from "node:util"

export interface Line {
  readonly timestamp: string
  readonly level: string
  readonly message: string
  readonly annotations: ReadonlyArray<readonly [name: string, value: string | number | boolean]>
  readonly error: string | undefined
}

const colours = { debug: "gray", info: "green", warn: "yellow", error: "red", fatal: "red" } as const
const isColoured = (level: string): level is keyof typeof colours => level in colours

/** Only for a terminal that wants them. */
const coloured = (level: string): string => {
  const text = level.toUpperCase().padEnd(5)
  return isColoured(level) ? styleText(colours[level], text, { stream: globalThis.process.stdout }) : text
}

/** What commands a terminal is shown, not obeyed. */
const shown = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (char) => {
    const code = char.charCodeAt(0).toString(16).padStart(4, "0")
    return char === "\n" ? "\\n" : `\\u${code}`
  })

/** A failure's lines stand in from the margin, so that none of them looks like a line of the log. */
const indented = (error: string): string => error.split("\n").map((line) => `\n    ${shown(line)}`).join("")

/** For a person at a terminal: the time of day, how grave, what, and what is known beside. */
export const prettyLine = ({ annotations, error, level, message, timestamp }: Line): string => {
  const beside = annotations.map(([name, value]) => ` ${name}=${shown(String(value))}`).join("")
  const time = timestamp.slice(11, 23)
  return `${time} ${coloured(level)} ${shown(message)}${beside}${error === undefined ? "" : indented(error)}\n`
}
