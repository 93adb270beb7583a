import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { Layer } from "effect"
import { Company } from "./Company.ts"
import { Live } from "./Live.ts"

/** WebSockets on a server that hands its upgrades over; needs the stack's capabilities, `Readiness` and `Upgrades`. */
export const RealtimeProgram = Live.pipe(
  Layer.provide([AccessDesk.layer, MessageDesk.layer, Rooms.layer, Company.layer])
)
