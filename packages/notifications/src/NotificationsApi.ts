import { Authentication, EndpointAccess, signedIn } from "@opsdesk/access/Authentication"
import { NotificationId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Notification } from "./Notification.ts"
import { NotificationNotFound } from "./NotificationProblems.ts"

const ReadParameter = Schema.Literals(["true", "false"]).pipe(
  Schema.decodeTo(
    Schema.Boolean,
    SchemaTransformation.transform({
      decode: (text) => text === "true",
      encode: (read) => read ? "true" as const : "false" as const
    })
  )
)

export class NotificationsApi extends HttpApiGroup.make("notifications")
  .add(
    HttpApiEndpoint.get("listNotifications", "/v1/notifications", {
      query: {
        ...pageQuery,
        read: Schema.optionalKey(ReadParameter).pipe(said("Those that you have read, or have not"))
      },
      success: PageOf(Notification.json),
      error: [ValidationFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "What you were told, the newest first",
      description:
        "Of tickets that you have requested, have, or watch: that one was opened, given to somebody or moved, and that somebody wrote. Never of what you did yourself. `read=false&include=total` counts what you have not read."
    })).annotate(EndpointAccess, signedIn),
    HttpApiEndpoint.put("readNotification", "/v1/notifications/:id/read", {
      params: { id: NotificationId.pipe(said("The notification's id")) },
      success: Data(Notification.json),
      error: [NotificationNotFound]
    }).annotateMerge(OpenApi.annotations({
      summary: "Mark one as read",
      description: "Once read it stays so, with the first time."
    })).annotate(EndpointAccess, signedIn)
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Notifications", description: "What people are told" }))
{}
