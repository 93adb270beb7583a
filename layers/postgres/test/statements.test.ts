import { assert, describe, it, layer } from "@effect/vitest"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { statementsOf } from "@opsdesk/postgres/statements"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"
import { EmptyDatabase } from "./fixtures/databases.ts"

/** Scripts that are easily parted wrongly, and what PostgreSQL answers to each statement of them. */
const hard: ReadonlyArray<readonly [what: string, script: string, answers: ReadonlyArray<string>]> = [
  ["nothing", "", []],
  ["white space", " \n\t", []],
  ["only semicolons", ";; ;", []],
  ["only comments", "-- select 1;\n/* select 2; */;-- the end", []],
  ["no semicolon at the end", "select 'a' v; select 'b' v", ["a", "b"]],
  ["a semicolon in a string", "select 'a;b' v; select 'c' v;", ["a;b", "c"]],
  ["a doubled quote in a string", "select 'it''s; so' v; select '''' v", ["it's; so", "'"]],
  ["a backslash that ends a plain string", "select 'a\\' v; select 'b' v", ["a\\", "b"]],
  ["an escaped quote in an E string", "select E'a\\'; b' v; select e'\\\\' v; select 'c' v", ["a'; b", "\\", "c"]],
  ["an E string with a doubled quote", "select E'a''; b' v; select 'c' v", ["a'; b", "c"]],
  ["an E string that goes on in the next line", "select E'a'\n  'b\\'; c' v; select 'd' v", ["ab'; c", "d"]],
  ["a name that ends in e before a string", "select name'a\\' as v; select 'b' v", ["a\\", "b"]],
  ["a Unicode string", "select U&'\\0061;' v; select 'b' v", ["a;", "b"]],
  ["a quoted name", "select 'a' as \"v;\"; select 'b' as \"say \"\"v;\"\"\"", ["a", "b"]],
  ["a line comment", "select 'a' -- not; here 'nor\n v; select 'b' v", ["a", "b"]],
  ["a line comment that ends in a carriage return", "select 'a' v -- not; here\r; select 'b' v", ["a", "b"]],
  ["a line comment at the end", "select 'a' v; -- the end;", ["a"]],
  ["a block comment", "select /* ; ' */ 'a' v; select 'b' v", ["a", "b"]],
  ["block comments in each other", "select /* a /* b; */ c; */ 'a' v; select 'b' v", ["a", "b"]],
  ["a comment that opens with a slash too many", "select /*/ ; */ 'a' v; select 'b' v", ["a", "b"]],
  ["a comment in a string", "select '/* a; -- b' v; select 'b' v", ["/* a; -- b", "b"]],
  ["a string in a comment", "/* it's */ select 'a' v; -- it's\nselect 'b' v", ["a", "b"]],
  ["a dollar-quoted body", "select $$a; 'b$$ v; select 'c' v", ["a; 'b", "c"]],
  ["a tagged body with another in it", "select $a$ $$;$$ $b$;$b$ $a$ v; select 'c' v", [" $$;$$ $b$;$b$ ", "c"]],
  ["a tag in letters beyond ASCII", "select $ä$;$$;$ä$ v; select 'b' v", [";$$;", "b"]],
  ["a dollar in a name", "select 'a' as v$x$; select 'b' as y$x$", ["a", "b"]],
  ["a name beyond ASCII before a dollar", "select 'a' as é$x$; select 'b' as ü$x$", ["a", "b"]],
  ["a parameter's dollar", "prepare p(int) as select $1::text; deallocate p; select '$1$' v", ["$1$"]],
  [
    "semicolons in parentheses",
    "create temp table r (v int); create rule r as on insert to r do also "
    + "(select ';)'; select 2); drop table r; select 'b' v",
    ["b"]
  ],
  [
    "a body in a function",
    "create function pg_temp.f() returns text language plpgsql as $f$begin return ';'; end$f$; "
    + "select pg_temp.f() v",
    [";"]
  ]
]

layer(EmptyDatabase)("a script's statements", (it) => {
  for (const [what, script, answers] of hard) {
    it.effect(`are what PostgreSQL takes them for: ${what}`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const told = yield* Effect.forEach(statementsOf(script), (statement) => sql.unsafe(statement).unprepared)
        assert.deepStrictEqual(told.flat().flatMap((row) => Object.values(row)), [...answers])
      }))
  }

  it.effect("of every migration are accepted one by one", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* sql`create table schema_migrations (name text primary key)`
      for (const { name, text } of yield* migrationFiles) {
        const statements = statementsOf(text)
        assert.isAbove(statements.length, 0, name)
        for (const statement of statements) yield* sql.unsafe(statement).unprepared
      }
      const [found] = yield* sql<{ there: boolean }>`select to_regclass('outbox') is not null as there`
      assert.deepStrictEqual(found, { there: true })
    }))
})

const chars = (of: string) => fc.string({ unit: fc.constantFrom(...of), maxLength: 6 })

const word = fc.constantFrom(
  "select",
  "e",
  "E",
  "naïve",
  "a$b$",
  "_x1",
  "42",
  "1e5",
  "$1",
  "+",
  "->>",
  "=",
  "-",
  "/",
  "*"
)
const plain = chars("a;\"$/*- \n").map((text) => `'${text}'`)
const doubled = chars("a;'").map((text) => `'${text.replaceAll("'", "''")}'`)
const escaped = fc.array(fc.constantFrom("a", ";", "''", "\\'", "\\\\", "\\n", "$$"), { maxLength: 6 })
  .map((parts) => `E'${parts.join("")}'`)
const name = chars("a;'$").map((text) => `"n${text}"`)
const body = fc.tuple(fc.constantFrom("", "a", "_tag1", "ä"), chars("b;'\"/*- \n"))
  .map(([tag, text]) => `$${tag}$${text}$${tag}$`)
const grouped = fc.constantFrom("(a; b)", "((;) ';' ;)")
const remark = fc.constantFrom("-- it's; $$\n", "/* ; ' */", "/* a /* ; */ $$ */", "/**/")

interface Part {
  readonly text: string
  readonly says: boolean
}
const part: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.oneof(word, plain, doubled, escaped, name, body, grouped).map((text) => ({ text, says: true }))
  },
  { weight: 1, arbitrary: remark.map((text) => ({ text, says: false })) }
)

describe("any statements", () => {
  it("that somebody joins with semicolons are parted again, and what is only a remark is none", () => {
    fc.assert(
      fc.property(fc.array(fc.array(part, { maxLength: 5 }), { maxLength: 6 }), (statements) => {
        const texts = statements.map((parts) => parts.map(({ text }) => text).join(" "))
        const expected = texts.filter((_, at) => statements[at]?.some(({ says }) => says)).map((text) => text.trim())
        assert.deepStrictEqual(statementsOf(texts.join(";")), expected)
      }),
      { numRuns: 2_000 }
    )
  })
})
