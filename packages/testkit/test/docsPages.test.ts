import { assert, describe, it } from "@effect/vitest"
import { architecture, arrowsOf } from "@opsdesk/testkit/docs/architecture"
import type { Catalog } from "@opsdesk/testkit/docs/catalog"
import { withConfiguration } from "@opsdesk/testkit/docs/environment"
import { erd } from "@opsdesk/testkit/docs/erd"
import { problemClasses, problems } from "@opsdesk/testkit/docs/problems"
import { remarksIn } from "@opsdesk/testkit/docs/remarks"

describe("the page of the house", () => {
  const there = new Set(["packages/kernel", "packages/capabilities", "packages/access", "packages/users"])

  it("draws no arrow beside a longer way", () => {
    assert.deepStrictEqual(arrowsOf("packages/users", there), ["packages/access"])
    assert.deepStrictEqual(arrowsOf("packages/kernel", there), [])
  })

  it("shows what is there, and nothing that is only planned", () => {
    const page = architecture([...there].map((folder) => ({ folder, description: `About ${folder}` })))
    assert.include(page, "  packages_access --> packages_capabilities")
    assert.include(page, "| `packages/users` | About packages/users | kernel, capabilities, access |")
    assert.notInclude(page, "tickets")
  })
})

describe("the page of the database", () => {
  const column = (table: string, name: string, nullable = false) => ({ table, name, nullable, type: "uuid" })
  const key = (
    table: string,
    kind: "primary" | "unique" | "foreign",
    columns: ReadonlyArray<string>,
    to: string | null = null
  ) => ({
    table,
    name: `${table}_${kind}`,
    kind,
    columns,
    to
  })
  const shelf: Catalog = {
    columns: [
      column("books", "id"),
      column("books", "owner_id", true),
      column("books", "place"),
      column("books", "shelf"),
      column("covers", "book_id"),
      column("people", "id")
    ],
    keys: [
      key("books", "primary", ["id"]),
      key("books", "foreign", ["owner_id"], "people"),
      key("books", "unique", ["shelf", "place"]),
      key("covers", "primary", ["book_id"]),
      key("covers", "foreign", ["book_id"], "books"),
      key("people", "primary", ["id"])
    ],
    uniqueIndexes: [{ table: "people", definition: "(lower(name))" }]
  }
  const page = erd(shelf, new Map([["books", "What one reads."], ["books.owner_id", "Null while it is lent."]]))

  it.each([
    ["that the other side may be missing", "  people |o--o{ books : \"owner_id\""],
    ["that there is one at most", "  books ||--o| covers : \"book_id\""],
    ["which column is both", "    uuid book_id PK, FK"],
    ["no column as unique that is so only with another", "    uuid shelf\n"],
    ["with what it is unique", "| `shelf` | uuid |  | unique with `place` |"],
    ["what the migration says of a table", "## books\n\nWhat one reads."],
    ["what the migration says of a column", "| `owner_id` | uuid | yes | → `people` | Null while it is lent. |"],
    ["what else is there only once", "Only once: `(lower(name))`"]
  ])("shows %s", (_, line) => assert.include(page, line))

  it("takes the comment right above a table or column, and no other", () => {
    const remarks = remarksIn([
      `-- About the file.

-- People, by
-- name.
create table people (
  -- Given by us.
  id uuid constraint people_pkey primary key,
  name text, -- beside
  -- About a rule.
  constraint people_name check (name <> '')
);
-- An index.
create index people_name_idx on people (name);
  -- Later.
alter table people add column age integer;`
    ])
    assert.deepStrictEqual(Object.fromEntries(remarks), {
      people: "People, by name.",
      "people.id": "Given by us.",
      "people.age": "Later."
    })
  })
})

describe("the page of problems", () => {
  const declared = (name: string, slug: string) =>
    `export class ${name} extends Problem<${name}>()(\n  "${name}",\n  "${slug}",\n  "A \\"quoted\\" detail.",\n  { from: X }\n) {}`

  it("lists every class under its slug", () => {
    const path = "packages/tickets/src/TicketProblems.ts"
    const classes = problemClasses([{ path, text: declared("Lost", "not-found") }])
    assert.deepStrictEqual(classes, [
      { name: "Lost", slug: "not-found", detail: "A \"quoted\" detail.", folder: "packages/tickets" }
    ])
    const [, section = ""] = problems(classes).split("## not-found")
    assert.include(section.split("## ")[0], "| `Lost` | `packages/tickets` | A \"quoted\" detail. |")
  })

  it("refuses a class that it cannot read, and one of no known type", () => {
    const odd = "class Odd extends Problem<Odd>()(tag, \"not-found\", detail) {}"
    assert.throws(
      () => problemClasses([{ path: "packages/x/src/Odd.ts", text: odd }]),
      /declares 1 problems, of which 0/
    )
    const stray = problemClasses([{ path: "packages/x/src/Odd.ts", text: declared("Odd", "strange") }])
    assert.throws(() => problems(stray), /no problem type is called strange/)
  })
})

describe("the README", () => {
  it("gets its table between the marks and keeps everything around them", () => {
    const written = withConfiguration("before\n<!-- configuration -->\nold\n<!-- /configuration -->\nafter\n")
    assert.match(written, /^before\n<!-- configuration -->\n\| name \| unset means \| set means \|\n/)
    assert.include(written, "| `DATABASE_URL` | embedded PostgreSQL |")
    assert.match(written, /\n<!-- \/configuration -->\nafter\n$/)
    assert.notInclude(written, "old")
    assert.strictEqual(withConfiguration(written), written)
  })

  it("must have the marks", () => {
    assert.throws(() => withConfiguration("no marks"), /no place between/)
  })
})
