import { Effect } from "effect"
import { AuditSealer } from "./AuditSealer.ts"

/**
 * The `Consumer` that has the sealer look sooner: its queue is a wake-up and no more, as rows come without events too,
 * and the sealer's own timer finds all of them. A wake-up that comes twice, or before its row, does no harm.
 */
export const auditConsumer = {
  name: "audit",
  about: "Has what is new in the audit sealed.",
  types: ["#"],
  run: (): Effect.Effect<void, never, AuditSealer> => Effect.flatMap(AuditSealer, ({ wake }) => wake)
}
