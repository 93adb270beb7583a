/** Says of a generated page where it comes from, so that nobody edits it. */
export const generated = (from: string): string =>
  `<!-- Written by \`pnpm docs\` from ${from}. Changes here are overwritten. -->`

/** A cell cannot hold a bar or a line's end. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ")

const row = (cells: ReadonlyArray<string>): string => `| ${cells.map(cell).join(" | ")} |`

export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [row(head), `|${"---|".repeat(head.length)}`, ...rows.map(row)].join("\n")

export const mermaid = (lines: ReadonlyArray<string>): string => ["```mermaid", ...lines, "```"].join("\n")

/** Paragraphs, tables and headings, parted by empty lines. */
export const page = (...parts: ReadonlyArray<string>): string => `${parts.join("\n\n")}\n`

/** A page that people write, with the part between `<!-- name -->` and `<!-- /name -->` as the code writes it. */
export const withPart = (text: string, name: string, part: string): string => {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = text.indexOf(open)
  const to = text.indexOf(close)
  if (from < 0 || to < from) throw new Error(`there is no place between ${open} and ${close}`)
  return `${text.slice(0, from + open.length)}\n${part}\n${text.slice(to)}`
}
