/** A defect put into the code on purpose, and the test that must notice it. */
export interface PlantedBug {
  readonly name: string
  readonly file: string
  /** Stands in the file exactly once, and is replaced. */
  readonly right: string
  readonly wrong: string
  /** Where the test lies: a project of the workspace, a file in it, and the beginning of the name of a test in it. */
  readonly project: string
  readonly test: string
  readonly title: string
  /** What it breaks of what is promised of events and their record; those without are about security. */
  readonly promise?: string
}

/** What a reviewer of security fears most in this code. `pnpm test:planted` proves that each of them is noticed. */
export const plantedBugs: ReadonlyArray<PlantedBug> = [
  {
    name: "the scope is left out of what SQL reads for somebody",
    file: "packages/tickets/src/TicketScopeStore.ts",
    right: "  reachable(sql, actor, \"ticket:read\")",
    wrong: "  sql`true`",
    project: "http",
    test: "test/matrix.test.ts",
    title: "tickets.listTickets"
  },
  {
    name: "kept rights are found without their user",
    file: "packages/access/src/Rights.ts",
    right: "claimOf(yield* epoch, userId, sessionId)",
    wrong: "claimOf(yield* epoch, globalThis.firstUser ??= userId, null)",
    project: "http",
    test: "test/matrix.test.ts",
    title: "users.me"
  },
  {
    name: "lists are kept without their user",
    file: "packages/tickets/src/TicketTags.ts",
    right: "return `${actor.userId} ${sightOf(actor)} ${asked",
    wrong: "return `${asked",
    project: "http",
    test: "test/keptAnswers.test.ts",
    title: "is never another's"
  },
  {
    name: "a changed ticket drops nothing before its answer",
    file: "packages/tickets/src/TicketNews.ts",
    right: "drop(touchedTags(after, before === null ? [after] : [before, after])).pipe(",
    wrong: "drop(before === null ? [] : [`nothing ${after.id}`]).pipe(",
    project: "http",
    test: "test/keptAnswers.test.ts",
    title: "is what it was, to the byte"
  },
  {
    name: "a change is made to whatever the ticket has become meanwhile",
    file: "packages/tickets/src/TicketStore.ts",
    right: "where ${still(before)}`",
    wrong: "where id = ${before.id}`",
    project: "tickets",
    test: "test/onPostgres.test.ts",
    title: "decides anew, holding the ticket"
  },
  {
    name: "whoever hangs up on a list is served to the end",
    file: "services/http/src/rest/TicketReads.ts",
    right: "return Effect.interruptible(answer(request, Redacted.make(token), asked))",
    wrong: "return answer(request, Redacted.make(token), asked)",
    project: "http",
    test: "test/accessLog.test.ts",
    title: "says of whoever hangs up"
  },
  {
    name: "the cache's generation is read when it is too old already",
    file: "layers/redis/src/makeTrust.ts",
    right: "Math.max(0, readAgainAfterMillis - exit.value.took)",
    wrong: "findsForMillis",
    project: "redis",
    test: "test/makeTrust.test.ts",
    title: "relies on what is kept all the time"
  },
  {
    name: "what a cache loads is kept under the versions after it",
    file: "layers/memory/src/MemoryCache.ts",
    right: "if (versions.stampOf(tags) === stamp) {",
    wrong: "stamp = versions.stampOf(tags); {",
    project: "memory",
    test: "test/MemoryCache.test.ts",
    title: "never finds what began to be made before a drop"
  },
  {
    name: "a session that has ended is not asked for",
    file: "packages/access/src/RightsStore.ts",
    right: "s.ended_at is null and s.expires_at",
    wrong: "s.expires_at",
    project: "http",
    test: "test/sessions.test.ts",
    title: "ends with signing out"
  },
  {
    name: "a spent refresh token that comes again ends nothing",
    file: "packages/access/src/SessionDesk.ts",
    right: "const ended = yield* store.end(row.sessionId, at, \"token-reused\")",
    wrong: "const ended = false",
    project: "http",
    test: "test/sessions.test.ts",
    title: "ends for both when a spent token comes again"
  },
  {
    name: "the signature of a cursor is not looked at",
    file: "layers/crypto/src/MacCursors.ts",
    right: "if (tag.success.length === right.length && timingSafeEqual(tag.success, right)) {",
    wrong: "if (key !== undefined) {",
    project: "http",
    test: "test/walk.test.ts",
    title: "cannot be made up or changed"
  },
  {
    name: "the row of an Idempotency-Key is written outside the transaction of the effect",
    file: "services/http/src/middleware/Once.ts",
    right: "        atomic,\n",
    wrong: "",
    project: "http",
    test: "test/idempotency.test.ts",
    title: "fifty times at once"
  },
  {
    name: "an access token's audience is not checked",
    file: "layers/crypto/src/JoseAccessTokens.ts",
    right: "            audience,\n            typ:",
    wrong: "            typ:",
    project: "crypto",
    test: "test/forgedTokens.test.ts",
    title: "is not let in with one for another audience"
  },
  {
    name: "the audience of a provider's token is not checked",
    file: "layers/oidc/src/JoseIdentityProvider.ts",
    right: "{ issuer, audience, isKind: isAccessToken }",
    wrong:
      "{ issuer, audience: String(readUnverified(Redacted.value(token))?.claims[\"aud\"]), isKind: isAccessToken }",
    project: "oidc",
    test: "test/forgedTokens.test.ts",
    title: "is not let in with one for another audience"
  },
  {
    name: "internal notes are found by whoever may see the ticket",
    file: "packages/tickets/src/TicketListStore.ts",
    right: "(m.visibility = 'internal' and ${reachable(sql, actor, \"message:read_internal\")})",
    wrong: "m.visibility = 'internal'",
    project: "http",
    test: "test/crawl.test.ts",
    title: "sees the same before and after"
  },
  {
    name: "a change does not look at the version that it was made for",
    file: "packages/kernel/src/EntityTag.ts",
    right: "tags.includes(versionTag(version))",
    wrong: "version > 0",
    project: "http",
    test: "test/ifMatch.test.ts",
    title: "of twenty who change the same version at once"
  },
  {
    name: "whoever may write roles may grant what they do not hold",
    file: "packages/access/src/RightsGuard.ts",
    right: "grants.find((grant) => !holds(held, grant))",
    wrong: "grants.find(() => false)",
    project: "http",
    test: "test/roles.test.ts",
    title: "neither in a role nor to somebody"
  },
  {
    name: "whoever deals with accounts may become anybody who holds no more by name",
    file: "packages/access/src/RightsGuard.ts",
    right: "userId === actor.userId ? grants : grants.map(everywhere)",
    wrong: "grants",
    project: "http",
    test: "test/takeover.test.ts",
    title: "becomes nobody whose own tickets they cannot see"
  },
  {
    name: "the last admin may go",
    file: "packages/access/src/RightsGuard.ts",
    right: "remains ? Effect.void : Effect.fail(new LastAdmin())",
    wrong: "remains || true ? Effect.void : Effect.fail(new LastAdmin())",
    project: "http",
    test: "test/lastAdmin.test.ts",
    title: "stays, whichever way they would go"
  },
  {
    name: "an API token may do all that its owner may",
    file: "packages/access/src/AccessDesk.ts",
    right: "grants: cutDown(owner.value.grants, scopes)",
    wrong: "grants: owner.value.grants",
    project: "http",
    test: "test/apiTokens.test.ts",
    title: "does what it is for and nothing else"
  },
  {
    name: "failed sign-ins are not counted for the account",
    file: "packages/access/src/SignInLimits.ts",
    right: "limits.spend(\"failedSignIns\", counted)",
    wrong: "limits.take(\"failedSignIns\", counted)",
    project: "http",
    test: "test/limits.test.ts",
    title: "is heard ten times for an account"
  },
  {
    name: "a batch of the audit does not name the one before it",
    promise: "what was recorded cannot be changed unnoticed",
    file: "packages/audit/src/AuditSealer.ts",
    right: "previous: newest === undefined ? zeros : digest(utf8(statementOf(newest))).toHex()",
    wrong: "previous: digest(utf8(String(first))).toHex()",
    project: "audit",
    test: "test/inspection.test.ts",
    title: "is found whole, live and exported"
  },
  {
    name: "the root of a batch of the audit is not looked at",
    promise: "what was recorded cannot be changed unnoticed",
    file: "packages/audit/src/sealedRows.ts",
    right: "open.tree.root().toHex() !== batch.root",
    wrong: "batch.root === \"\"",
    project: "audit",
    test: "test/changedExports.test.ts",
    title: "finds the place, whatever of"
  },
  {
    name: "GraphQL shows internal notes to whoever may see the ticket",
    file: "packages/messages/src/MessagePages.ts",
    right: "? readableBy(actor, ticket) : []",
    wrong: "? [\"public\", \"internal\"] as const : []",
    project: "http",
    test: "test/graphqlMatrix.test.ts",
    title: "messages.listMessages, internal notes"
  },
  {
    name: "GraphQL tells accounts to whoever sees a name",
    file: "packages/users/src/PeopleDesk.ts",
    right: "holdsAnywhere(actor, \"user:read\") ? ids : ids.filter((id) => id === actor.userId)",
    wrong: "holdsAnywhere(actor, \"user:read\") || actor.userId !== \"\" ? ids : []",
    project: "http",
    test: "test/graphql.test.ts",
    title: "reads the newest messages"
  },
  {
    name: "a page within a page counts once",
    file: "services/http/src/graphql/measure.ts",
    right: "inner.objects + Math.max(size, 0) * inner.perRow",
    wrong: "inner.objects + inner.perRow",
    project: "http",
    test: "test/graphqlHostile.test.ts",
    title: "of pages within a page is refused"
  }
]
