import { AuditEventId, UserId } from "@opsdesk/kernel/Ids"
import { Moment } from "@opsdesk/kernel/Moment"
import { Schema } from "effect"
import { Model } from "effect/schema"

const Recorded = Schema.NullOr(Schema.Record(Schema.String, Schema.Json))

/** One thing that somebody did, or tried. */
export class AuditEvent extends Model.Class<AuditEvent>("AuditEvent")({
  id: AuditEventId,
  seq: Schema.Int.annotate({ description: "Grows with each row; gaps are allowed", examples: [318] }),
  at: Moment,
  actorId: Schema.NullOr(UserId),
  action: Schema.String.annotate({ examples: ["ticket.status_changed"] }),
  entityType: Schema.String.annotate({ examples: ["ticket"] }),
  entityId: Schema.NullOr(Schema.String).annotate({ examples: ["0198c7a2-5d1e-7c4b-9a3f-2b8d4e6f1a07"] }),
  requestId: Schema.NullOr(Schema.String).annotate({ examples: ["5f2c9c9e-5a0b-4c7e-9a50-0f2b0c5c7e11"] }),
  before: Recorded.annotate({ examples: [{ status: "open" }] }),
  after: Recorded.annotate({ examples: [{ status: "resolved" }] }),
  ip: Schema.NullOr(Schema.String).annotate({ examples: ["192.0.2.17"] }),
  hash: Schema.NullOr(Schema.String).annotate({
    description: "The row's hash in its chain, in hex (docs/audit.md); null until it is sealed, a second at most",
    examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
  })
}) {}
