/**
 * A row of the audit as it is sealed: its columns as text. `before` and `after` are the text that PostgreSQL writes for
 * a `jsonb`, in which each document has one form: no doubled members, those in order of length and then bytes, numbers
 * digit by digit. So no number is rounded on the way, as it would be in JavaScript.
 */
export interface AuditRow {
  readonly id: string
  readonly seq: number
  /** RFC 3339 in UTC with three digits of a second: `2026-03-14T09:26:53.589Z`. */
  readonly at: string | null
  readonly actorId: string | null
  readonly action: string
  readonly entityType: string
  readonly entityId: string | null
  readonly requestId: string | null
  readonly before: string | null
  readonly after: string | null
  readonly ip: string | null
}

/**
 * The text that is hashed, in UTF-8: a JSON object with the row's members in alphabetical order, each a string, an
 * integer (`seq`) or null, without white space. For such values this is the JSON Canonicalization Scheme (RFC 8785),
 * which writes strings and numbers as `JSON.stringify` does.
 */
export const canonicalRow = (row: AuditRow): string =>
  JSON.stringify({
    action: row.action,
    actorId: row.actorId,
    after: row.after,
    at: row.at,
    before: row.before,
    entityId: row.entityId,
    entityType: row.entityType,
    id: row.id,
    ip: row.ip,
    requestId: row.requestId,
    seq: row.seq
  })

/** The chain that a row belongs to: everything about one ticket, one account, one session is one. */
export const chainOf = (row: Pick<AuditRow, "entityId" | "entityType">): string =>
  `${row.entityType}:${row.entityId ?? ""}`

const chainMembers = /"entityId":(?:null|"((?:[^"\\]|\\.)*)"),"entityType":"((?:[^"\\]|\\.)*)"/u

const unescaped = (text: string): string => text.includes("\\") ? String(JSON.parse(`"${text}"`)) : text

/** The chain of a row of which there is only the canonical text. Inside a string a quote is escaped, so nothing is mistaken. */
export const chainIn = (canonical: string): string => {
  const [, entityId = "", entityType = ""] = chainMembers.exec(canonical) ?? []
  return chainOf({ entityType: unescaped(entityType), entityId: unescaped(entityId) })
}
