import { variables } from "@opsdesk/stack/variables"
import { table, withPart } from "./markdown.ts"

const all = Object.values(variables)

/** A comment has no backticks to part code from prose. */
const plain = (text: string): string => text.replaceAll("`", "")

/** `.env.example`: every variable, left empty, which means unset. */
export const envExample = (): string =>
  `# Every variable that the programs read. Empty means unset. A wrong value is one clear line and exit code 1.
# Written by \`pnpm docs\` from layers/stack/src/variables.ts.

${all.map(({ name, set, unset }) => `# Set: ${plain(set)}.\n# Unset: ${plain(unset)}.\n${name}=\n`).join("\n")}`

/** The README with its table of variables as they are now. */
export const withConfiguration = (readme: string): string => {
  const rows = all.map(({ name, set, unset }) => [`\`${name}\``, unset, set])
  return withPart(readme, "configuration", table(["name", "unset means", "set means"], rows))
}
