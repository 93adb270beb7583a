import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: boolean
}

export interface Key {
  readonly table: string
  readonly name: string
  readonly kind: "primary" | "unique" | "foreign"
  readonly columns: ReadonlyArray<string>
  /** Where a foreign key leads. */
  readonly to: string | null
}

/** What else may stand there only once: an expression, or only some of the rows. */
export interface UniqueIndex {
  readonly table: string
  readonly definition: string
}

export interface Catalog {
  readonly columns: ReadonlyArray<Column>
  readonly keys: ReadonlyArray<Key>
  readonly uniqueIndexes: ReadonlyArray<UniqueIndex>
}

/** What PostgreSQL itself says of the tables of the schema `public`. */
export const catalog = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const columns = yield* sql<Column>`
    select c.relname as "table", a.attname as name, not a.attnotnull as nullable,
      regexp_replace(
        format_type(a.atttypid, a.atttypmod), '^(time|timestamp)(\\(\\d\\))? with time zone', '\\1tz\\2'
      ) as type
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
    where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`
  const keys = yield* sql<Key>`
    select c.conrelid::regclass::text as "table", c.conname as name,
      case c.contype when 'p' then 'primary' when 'u' then 'unique' else 'foreign' end as kind,
      array(
        select a.attname::text from unnest(c.conkey) with ordinality as k(attnum, place)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
        order by k.place
      ) as columns,
      case when c.contype = 'f' then c.confrelid::regclass::text end as "to"
    from pg_constraint c
    where c.connamespace = 'public'::regnamespace and c.contype in ('p', 'u', 'f')
      and not exists (select from pg_class r where r.oid = c.conrelid and r.relispartition)
    order by 1, 3, 2`
  const uniqueIndexes = yield* sql<UniqueIndex>`
    select i.indrelid::regclass::text as "table",
      regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING \\w+ ', '') as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = 'public'::regnamespace and i.indisunique
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
    order by 1, 2`
  const found: Catalog = { columns, keys, uniqueIndexes }
  return found
})
