import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { ApiTokenDesk } from "@opsdesk/access/ApiTokenDesk"
import { OidcDesk } from "@opsdesk/access/OidcDesk"
import { RoleDesk } from "@opsdesk/access/RoleDesk"
import { SessionDesk } from "@opsdesk/access/SessionDesk"
import { SignInDesk } from "@opsdesk/access/SignInDesk"
import { AuditDesk } from "@opsdesk/audit/AuditDesk"
import { DeadLetterDesk } from "@opsdesk/deadletters/DeadLetterDesk"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { MessagePages } from "@opsdesk/messages/MessagePages"
import { NotificationDesk } from "@opsdesk/notifications/NotificationDesk"
import { ReportDesk } from "@opsdesk/reports/ReportDesk"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { ExplainDesk } from "@opsdesk/tickets/ExplainDesk"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { TicketPages } from "@opsdesk/tickets/TicketPages"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { WatcherDesk } from "@opsdesk/tickets/WatcherDesk"
import { AccountDesk } from "@opsdesk/users/AccountDesk"
import { PeopleDesk } from "@opsdesk/users/PeopleDesk"
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
  AccountDesk.layer,
  TeamDesk.layer,
  PeopleDesk.layer,
  ExplainDesk.layer,
  TicketDesk.layer,
  TicketQueue.layer,
  WatcherDesk.layer,
  MessageDesk.layer,
  NotificationDesk.layer,
  AuditDesk.layer,
  ReportDesk.layer,
  DeadLetterDesk.layer,
  TicketPages.layer,
  MessagePages.layer,
  Rooms.layer
)
