import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { ApiTokenDesk } from "@opsdesk/access/ApiTokenDesk"
import { OidcDesk } from "@opsdesk/access/OidcDesk"
import { RoleDesk } from "@opsdesk/access/RoleDesk"
import { SessionDesk } from "@opsdesk/access/SessionDesk"
import { SignInDesk } from "@opsdesk/access/SignInDesk"
import { AuditDesk } from "@opsdesk/audit/AuditDesk"
import { DeadLetterDesk } from "@opsdesk/deadletters/DeadLetterDesk"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { NotificationDesk } from "@opsdesk/notifications/NotificationDesk"
import { ReportDesk } from "@opsdesk/reports/ReportDesk"
import { ExplainDesk } from "@opsdesk/tickets/ExplainDesk"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { WatcherDesk } from "@opsdesk/tickets/WatcherDesk"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { UserDesk } from "@opsdesk/users/UserDesk"
import { Layer } from "effect"

/** All the use-cases that this program serves. */
export const Desks = Layer.mergeAll(
  AccessDesk.layer,
  ApiTokenDesk.layer,
  RoleDesk.layer,
  SignInDesk.layer,
  SessionDesk.layer,
  OidcDesk.layer,
  UserDesk.layer,
  TeamDesk.layer,
  ExplainDesk.layer,
  TicketDesk.layer,
  TicketQueue.layer,
  WatcherDesk.layer,
  MessageDesk.layer,
  NotificationDesk.layer,
  AuditDesk.layer,
  ReportDesk.layer,
  DeadLetterDesk.layer
)
