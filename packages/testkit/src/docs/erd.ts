import type { Catalog, Column, Key } from "./catalog.ts"
import { generated, mermaid, page, table as markdownTable } from "./markdown.ts"

/** A type as the diagram's grammar takes it: one word. */
const word = (type: string): string => type.replaceAll(/[^\w()[\]]+/g, "_")

const keysOf = ({ keys }: Catalog, { name, table }: Column): ReadonlyArray<Key> =>
  keys.filter((key) => key.table === table && key.columns.includes(name))

const marks = { primary: "PK", foreign: "FK", unique: "UK" } as const
/** Several columns that are unique together are not unique each. */
const marksOf = (catalog: Catalog, column: Column): string => {
  const telling = keysOf(catalog, column).filter(({ columns, kind }) => kind !== "unique" || columns.length === 1)
  return [...new Set(telling.map(({ kind }) => marks[kind]))].toSorted().toReversed().join(", ")
}

/** A key of a column, in words. */
const keyInWords = ({ columns, kind, to }: Key, { name }: Column): string => {
  if (to !== null) return `→ \`${to}\``
  const others = columns.filter((column) => column !== name)
  return others.length === 0 ? kind : `${kind} with ${others.map((other) => `\`${other}\``).join(", ")}`
}

const tablesOf = ({ columns }: Catalog): ReadonlyArray<string> => [...new Set(columns.map(({ table }) => table))]

const columnsOf = ({ columns }: Catalog, table: string): ReadonlyArray<Column> =>
  columns.filter((column) => column.table === table)

/** One row of the other table; of this one any number, or one at most where the same columns are a key of it. */
const relation = (catalog: Catalog, { columns, table, to }: Key): string => {
  const optional = columnsOf(catalog, table).some(({ name, nullable }) => nullable && columns.includes(name))
  const once = catalog.keys.some((key) =>
    key.table === table && key.kind !== "foreign" && key.columns.join() === columns.join()
  )
  return `  ${to} ${optional ? "|o" : "||"}--${once ? "o|" : "o{"} ${table} : "${columns.join(", ")}"`
}

const entity = (catalog: Catalog, table: string): ReadonlyArray<string> => [
  `  ${table} {`,
  ...columnsOf(catalog, table).map((column) =>
    ["   ", word(column.type), column.name, marksOf(catalog, column)].filter((part) => part !== "").join(" ")
  ),
  "  }"
]

const section = (catalog: Catalog, remarks: ReadonlyMap<string, string>, table: string): string =>
  [
    `## ${table}`,
    ...(remarks.has(table) ? [remarks.get(table)] : []),
    markdownTable(
      ["column", "type", "null", "key", "what to know"],
      columnsOf(catalog, table).map((column) => [
        `\`${column.name}\``,
        column.type,
        column.nullable ? "yes" : "",
        keysOf(catalog, column).map((key) => keyInWords(key, column)).join(", "),
        remarks.get(`${table}.${column.name}`) ?? ""
      ])
    ),
    ...catalog.uniqueIndexes.filter((index) => index.table === table).map(({ definition }) =>
      `Only once: \`${definition}\``
    )
  ].join("\n\n")

export const erd = (catalog: Catalog, remarks: ReadonlyMap<string, string>): string =>
  page(
    "# The database",
    generated("the catalog of a freshly migrated database and the comments in `migrations/`"),
    mermaid([
      "erDiagram",
      ...catalog.keys.filter(({ kind }) => kind === "foreign").map((key) => relation(catalog, key)),
      ...tablesOf(catalog).flatMap((table) => entity(catalog, table))
    ]),
    ...tablesOf(catalog).map((table) => section(catalog, remarks, table))
  )
