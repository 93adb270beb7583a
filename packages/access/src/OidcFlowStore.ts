import { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

const decodeFlows = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: Schema.String })))
const decodeUsers = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ userId: UserId })))

/** So many that are over are cleared away by each that starts: more than one, so the table cannot grow for ever. */
const clearedAtOnce = 10

/** All SQL about sign-ins at the provider that are under way. */
export class OidcFlowStore extends Context.Service<OidcFlowStore>()("@opsdesk/access/OidcFlowStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const clear = (at: DateTime.Utc) =>
      sql`
        delete from oidc_flows where id in (
          select id from oidc_flows where expires_at < ${DateTime.toDateUtc(at)}
          order by expires_at limit ${clearedAtOnce} for update skip locked)`.pipe(Effect.asVoid)

    const insert = (flow: {
      readonly id: string
      readonly stateHash: Uint8Array
      readonly browserHash: Uint8Array
      readonly startedAt: DateTime.Utc
      readonly expiresAt: DateTime.Utc
    }) =>
      sql`
        insert into oidc_flows (id, state_hash, browser_hash, started_at, expires_at)
        values (${flow.id}, ${flow.stateHash}, ${flow.browserHash}, ${DateTime.toDateUtc(flow.startedAt)},
          ${DateTime.toDateUtc(flow.expiresAt)})`.pipe(Effect.asVoid)

    /** Takes a flow's one answer, if it comes to the browser that began it, in time, for the first time. */
    const answer = (stateHash: Uint8Array, browserHash: Uint8Array, at: DateTime.Utc) =>
      Effect.flatMap(
        sql`
          update oidc_flows set answered_at = ${DateTime.toDateUtc(at)}
          where state_hash = ${stateHash} and browser_hash = ${browserHash}
            and answered_at is null and expires_at > ${DateTime.toDateUtc(at)}
          returning id`,
        decodeFlows
      )

    const handOff = (id: string, userId: UserId, handoffHash: Uint8Array, expiresAt: DateTime.Utc) =>
      sql`
        update oidc_flows set user_id = ${userId}, handoff_hash = ${handoffHash},
          handoff_expires_at = ${DateTime.toDateUtc(expiresAt)}
        where id = ${id}`.pipe(Effect.asVoid)

    /** Ends a flow for whom the code was made, if it comes from the browser that began it, in time, for the first time. */
    const take = (handoffHash: Uint8Array, browserHash: Uint8Array, at: DateTime.Utc) =>
      Effect.flatMap(
        sql`
          delete from oidc_flows
          where handoff_hash = ${handoffHash} and browser_hash = ${browserHash}
            and handoff_expires_at > ${DateTime.toDateUtc(at)}
          returning user_id`,
        decodeUsers
      )

    /** Whether the account is active; it stays so until the transaction ends. */
    const holdActive = (userId: UserId) =>
      Effect.map(sql`select from users where id = ${userId} and active for no key update`, (rows) => rows.length > 0)

    return { clear, insert, answer, handOff, take, holdActive }
  })
}) {
  static readonly layer = Layer.effect(OidcFlowStore, OidcFlowStore.make)
}
