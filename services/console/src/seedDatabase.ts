import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { Rights } from "@opsdesk/access/Rights"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { UserDesk } from "@opsdesk/users/UserDesk"
import { Effect, Layer } from "effect"
import { seed } from "./seed/seed.ts"
import { SeedStore } from "./seed/SeedStore.ts"

const Desks = Layer.mergeAll(
  AccessDesk.layer,
  Rights.layer,
  UserDesk.layer,
  TeamDesk.layer,
  TicketDesk.layer,
  MessageDesk.layer,
  SeedStore.layer
)

/** Seeds the database, on a program's own capabilities. */
export const seedDatabase = Effect.provide(seed, Desks)
