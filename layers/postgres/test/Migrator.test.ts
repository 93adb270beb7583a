import { assert, layer } from "@effect/vitest"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { migrate, schemaTrouble } from "@opsdesk/postgres/Migrator"
import type { Migration } from "@opsdesk/postgres/Migrator"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { statementsOf } from "@opsdesk/postgres/statements"
import { Cause, Effect } from "effect"
import { Digest } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { applied, catalog } from "./fixtures/catalog.ts"
import { emptyDatabase } from "./fixtures/databases.ts"

/** Runs an effect on a new, empty database. */
const onEmpty = <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient | Digest.Digest>) =>
  Effect.flatMap(emptyDatabase(), (url) => Effect.provide(effect, PostgresOwner(url)))

const file = (name: string, text: string): Migration => ({ name, text })
const [one, two, three] = [
  file("0001_one.sql", "create table one (id int);"),
  file("0002_two.sql", "create table two (id int); insert into two values (1);"),
  file("0003_three.sql", "create table three (id int);")
]

/** What a run that must not go through is refused with. */
const refusal = (migrations: ReadonlyArray<Migration>) =>
  migrate(migrations).pipe(
    Effect.flip,
    Effect.map((error) => error._tag === "MigrationRefused" ? error.message : error)
  )

layer(Digest.layerWebCrypto, { excludeTestServices: true })("somebody who migrates", (it) => {
  it.effect("finds everything done the second time, and nothing touched", () =>
    onEmpty(Effect.gen(function*() {
      const files = yield* migrationFiles
      assert.deepStrictEqual(yield* migrate(files), files.map(({ name }) => name))
      const before = [yield* catalog, yield* applied]
      assert.isAbove(before[0]?.length ?? 0, 100)
      assert.deepStrictEqual(yield* migrate(files), [])
      assert.deepStrictEqual([yield* catalog, yield* applied], before)
    })))

  it.effect("shares the work with three others who begin in the same moment, and no file is applied twice", () =>
    Effect.gen(function*() {
      const files = yield* migrationFiles
      const url = yield* emptyDatabase()
      const all = yield* Effect.forEach([1, 2, 3, 4], () => Effect.provide(migrate(files), PostgresOwner(url)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(all.flat().toSorted(), files.map(({ name }) => name))
      const here = yield* Effect.provide(catalog, PostgresOwner(url))
      const alone = yield* onEmpty(Effect.andThen(migrate(files), catalog))
      assert.deepStrictEqual(here, alone)
    }))

  it.effect(
    "is killed between any two statements: whole files stay, and the next run ends where an undisturbed one does",
    () =>
      Effect.gen(function*() {
        const files = yield* migrationFiles
        const url = yield* emptyDatabase()
        const onThis = Effect.provide(PostgresOwner(url))
        const undisturbed = yield* onEmpty(Effect.andThen(migrate(files), catalog))
        for (const [done, { name, text }] of files.entries()) {
          const before = yield* onThis(catalog)
          const statements = statementsOf(text)
          for (let survivors = 0; survivors <= statements.length; survivors++) {
            const cut = [...statements.slice(0, survivors), "select pg_terminate_backend(pg_backend_pid())"].join(";\n")
            const killed = yield* onThis(migrate([...files.slice(0, done), file(name, cut)])).pipe(
              Effect.sandbox,
              Effect.flip
            )
            assert.match(Cause.pretty(killed), /Connection closed|terminating connection/, `${name} after ${survivors}`)
          }
          assert.deepStrictEqual(yield* onThis(catalog), before, name)
          assert.deepStrictEqual(yield* onThis(migrate(files.slice(0, done + 1))), [name])
        }
        assert.deepStrictEqual(yield* onThis(catalog), undisturbed)
      }),
    60_000
  )

  it.effect("keeps the files before one that fails, and hears which statement PostgreSQL refuses", () =>
    onEmpty(Effect.gen(function*() {
      const broken = file("0002_two.sql", "create table two (id int); select 1 / 0; create table three (id int)")
      const error = yield* Effect.flip(migrate([one, broken, three]))
      assert.strictEqual(error._tag, "SqlError")
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual((yield* applied).map(({ name }) => name), [one.name])
      assert.deepStrictEqual(yield* sql`select from pg_class where relname in ('two', 'three')`, [])
      assert.deepStrictEqual(yield* migrate([one, two, three]), [two.name, three.name])
    })))

  it.effect("is refused in one line when an applied file has changed, and nothing more is applied", () =>
    onEmpty(Effect.gen(function*() {
      yield* migrate([one, two])
      const said = yield* refusal([one, file(two.name, `${two.text} `), three])
      assert.strictEqual(
        said,
        "migrations/0002_two.sql has changed since it was applied; put it back and write a new one"
      )
      assert.deepStrictEqual((yield* applied).map(({ name }) => name), [one.name, two.name])
    })))

  it.effect("is refused by an older version than the database's", () =>
    onEmpty(Effect.gen(function*() {
      yield* migrate([one, two])
      assert.strictEqual(
        yield* refusal([one]),
        "the database has migration 0002_two.sql, which this version does not know: it is of a newer version"
      )
    })))

  it.effect("is refused a file that sorts before one that is applied", () =>
    onEmpty(Effect.gen(function*() {
      yield* migrate([one, three])
      assert.strictEqual(
        yield* refusal([one, two, three]),
        "migrations/0002_two.sql sorts before 0003_three.sql, which is applied already; number it after that"
      )
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`select from pg_class where relname = 'two'`, [])
    })))
})

layer(Digest.layerWebCrypto, { excludeTestServices: true })("a program that looks at the schema", (it) => {
  it.effect("says in one line what is the matter with it, or nothing when it is its own", () =>
    onEmpty(Effect.gen(function*() {
      assert.strictEqual(yield* schemaTrouble([one]), "the database has no schema yet: run `pnpm db:migrate`")
      yield* migrate([one])
      assert.strictEqual(yield* schemaTrouble([one]), null)
      assert.strictEqual(
        yield* schemaTrouble([one, two, three]),
        "the database lacks 2 migration(s): run `pnpm db:migrate`"
      )
      yield* migrate([one, two])
      assert.match(
        (yield* schemaTrouble([one])) ?? "",
        /^the database has migration 0002_two\.sql, which .*newer version$/
      )
      assert.match((yield* schemaTrouble([file(one.name, ""), two])) ?? "", /^migrations\/0001_one\.sql has changed/)
      assert.match(
        (yield* schemaTrouble([file("0000.sql", ""), one, two])) ?? "",
        /^migrations\/0000\.sql sorts before/
      )
    })))
})
