import { TicketId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

const decodeBegun = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({ id: Schema.Int })]))
const decodeVersions = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: Schema.Int })))
const decodeHorizon = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({ horizon: Schema.String })]))
const decodeTickets = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ ticketId: TicketId })))

/** Rows of a retired version that go at once: less than a statement may take. */
const sweepRows = 10_000

/** All SQL about the versions of the projection, and about which tickets a new one has still to take in. */
export class VersionStore extends Context.Service<VersionStore>()("@opsdesk/reports/VersionStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const key = sql`hashtextextended('opsdesk.reports', 0)`

    /** Until the transaction ends nobody closes a day or changes versions; others who count go on. */
    const lockShared = sql`select pg_advisory_xact_lock_shared(${key})`

    /** Until the transaction ends nobody else counts what happens, closes a day or changes versions. */
    const lockAlone = sql`select pg_advisory_xact_lock(${key})`

    const serving = Effect.map(
      Effect.flatMap(sql`select id from report_versions where state = 'serving'`, decodeVersions),
      ([version]) => version?.id ?? null
    )

    /** Whether a version is served, or somebody who was heard of lately builds one. */
    const isCaredFor = Effect.map(
      sql`
        select from report_versions
        where state = 'serving' or state = 'building' and alive_at > now() - interval '30 seconds'`,
      (rows) => rows.length > 0
    )

    /** Begins a version; whoever was building one has lost it. */
    const begin = sql`update report_versions set state = 'retired' where state = 'building'`.pipe(
      Effect.andThen(sql`insert into report_versions (state) values ('building') returning id`),
      Effect.flatMap(decodeBegun),
      Effect.map(([{ id }]) => id)
    )

    /** Holds a version that is being built, and tells that its builder lives. Whether it is still being built. */
    const hold = (version: number) =>
      Effect.map(
        sql`update report_versions set alive_at = now() where id = ${version} and state = 'building' returning id`,
        (rows) => rows.length > 0
      )

    /** The version that was built is served from the commit on. */
    const serve = (version: number) =>
      sql`update report_versions set state = 'retired' where state = 'serving'`.pipe(
        Effect.andThen(sql`update report_versions set state = 'serving' where id = ${version}`)
      )

    /**
     * The oldest transaction that is still running. All that older ones have written can be seen; all that cannot be seen
     * yet is of this one or a later.
     */
    const horizon = Effect.map(
      Effect.flatMap(sql`select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`, decodeHorizon),
      ([row]) => row.horizon
    )

    /** Tickets in the order of ids, found by their first event. */
    const ticketsAfter = (after: TicketId | null, rows: number) =>
      Effect.map(
        Effect.flatMap(
          sql`
            select ticket_id from events
            where seq = 1 and ${after === null ? sql`ticket_id is not null` : sql`ticket_id > ${after}::uuid`}
            order by ticket_id
            limit ${rows}`,
          decodeTickets
        ),
        (found) => found.map(({ ticketId }) => ticketId)
      )

    /** Tickets to which something has happened in the transaction of the horizon or a later. */
    const ticketsSince = (horizon: string) =>
      Effect.map(
        Effect.flatMap(
          sql`
            select distinct ticket_id from events
            where transaction_id >= ${horizon}::text::xid8 and ticket_id is not null
            order by ticket_id`,
          decodeTickets
        ),
        (found) => found.map(({ ticketId }) => ticketId)
      )

    const retired = Effect.map(
      Effect.flatMap(sql`select id from report_versions where state = 'retired' order by id`, decodeVersions),
      (versions) => versions.map(({ id }) => id)
    )

    /** Deletes some rows of a retired version, and the version itself once none is left. Whether it is gone. */
    const sweep = (version: number) =>
      Effect.map(
        sql`
          with known as (
            delete from report_tickets where ctid = any(array(
              select ctid from report_tickets where version = ${version} limit ${sweepRows})) returning 1
          ), durations as (
            delete from report_durations where ctid = any(array(
              select ctid from report_durations where version = ${version} limit ${sweepRows})) returning 1
          ), days as (
            delete from report_days where ctid = any(array(
              select ctid from report_days where version = ${version} limit ${sweepRows})) returning 1
          ), closings as (
            delete from report_closings where ctid = any(array(
              select ctid from report_closings where version = ${version} limit ${sweepRows})) returning 1
          )
          delete from report_versions where id = ${version}
            and not exists (select from known) and not exists (select from durations)
            and not exists (select from days) and not exists (select from closings)
          returning id`,
        (rows) => rows.length > 0
      )

    return {
      lockShared,
      lockAlone,
      serving,
      isCaredFor,
      begin,
      hold,
      serve,
      horizon,
      ticketsAfter,
      ticketsSince,
      retired,
      sweep
    }
  })
}) {
  static readonly layer = Layer.effect(VersionStore, VersionStore.make)
}
