import { variables } from "@opsdesk/stack/Settings"
import { table } from "./markdown.ts"

const all = Object.values(variables)

/** A comment has no backticks to part code from prose. */
const plain = (text: string): string => text.replaceAll("`", "")

/** `.env.example`: every variable, left empty, which means unset. */
export const envExample = (): string =>
  `# Every variable that the programs read. Empty means unset. A wrong value is one clear line and exit code 1.
# Written by \`pnpm docs\` from layers/stack/src/Settings.ts.

${all.map(({ name, set, unset }) => `# Set: ${plain(set)}.\n# Unset: ${plain(unset)}.\n${name}=\n`).join("\n")}`

const open = "<!-- configuration -->"
const close = "<!-- /configuration -->"

/** The README with its table of variables as they are now. */
export const withConfiguration = (readme: string): string => {
  const from = readme.indexOf(open)
  const to = readme.indexOf(close)
  if (from < 0 || to < from) throw new Error(`README.md has no place between ${open} and ${close}`)
  const rows = all.map(({ name, set, unset }) => [`\`${name}\``, unset, set])
  return `${readme.slice(0, from + open.length)}\n${table(["name", "unset means", "set means"], rows)}\n${
    readme.slice(to)
  }`
}
