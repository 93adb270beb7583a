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
