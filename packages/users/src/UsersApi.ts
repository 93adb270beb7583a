import { LastAdmin, NotWithApiToken } from "@opsdesk/access/AccessProblems"
import { Authentication, EndpointAccess, needs, signedIn } from "@opsdesk/access/Authentication"
import { Grant } from "@opsdesk/access/Permission"
import { RoleName } from "@opsdesk/access/Role"
import { eTag, ifMatch } from "@opsdesk/kernel/EntityTag"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, PreconditionFailed, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Text } from "@opsdesk/kernel/Text"
import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { NewUser, RolesOfUser, User, UserChanges } from "./User.ts"
import { EmailTaken, UserNotFound } from "./UserProblems.ts"

const Me = Schema.Struct({ ...User.json.fields, permissions: Schema.Array(Grant) }).annotate({ identifier: "Me" })

const ActiveParameter = Schema.Literals(["true", "false"]).pipe(
  Schema.decodeTo(
    Schema.Boolean,
    SchemaTransformation.transform({
      decode: (text) => text === "true",
      encode: (active) => active ? "true" as const : "false" as const
    })
  )
)

const usersQuery = {
  ...pageQuery,
  q: Schema.optionalKey(Text(1, 200)).pipe(said("A part of name or e-mail address")),
  role: Schema.optionalKey(RoleName).pipe(said("Who has this role")),
  team: Schema.optionalKey(TeamId).pipe(said("Who is in this team")),
  active: Schema.optionalKey(ActiveParameter).pipe(said("Whose account is active, or is not"))
}

/** Part of the contract: whoever reads the contracts only reads it here. */
export { User } from "./User.ts"

const id = { id: UserId.pipe(said("The person's id")) }

export class UsersApi extends HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("me", "/v1/me", { success: Data(Me) })
      .annotateMerge(OpenApi.annotations({ summary: "Who you are and what you may do" }))
      .annotate(EndpointAccess, signedIn),
    HttpApiEndpoint.get("listUsers", "/v1/users", {
      query: usersQuery,
      success: PageOf(User.json),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "People, by name",
      description: "`q` finds parts of name and e-mail address."
    })).annotate(EndpointAccess, needs("user:read")),
    HttpApiEndpoint.post("createUser", "/v1/users", {
      payload: NewUser,
      success: HttpApiSchema.WithHeaders(Data(User.json).pipe(HttpApiSchema.status(201)), {
        location: Schema.String,
        ...eTag
      }),
      error: [ValidationFailed, Forbidden, NotWithApiToken, EmailTaken]
    }).annotateMerge(OpenApi.annotations({
      summary: "Make an account",
      description:
        "Without a password nobody can sign in to it with one. Without roles it is a customer's. You must hold yourself all that the roles grant. Teams are for those who hold `team:write`, and who reach there what the roles grant for teams: everywhere, or as members."
    })).annotate(EndpointAccess, needs("user:write")),
    HttpApiEndpoint.get("getUser", "/v1/users/:id", {
      params: id,
      success: HttpApiSchema.WithHeaders(Data(User.json), eTag),
      error: [UserNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "One person" }))
      .annotate(EndpointAccess, needs("user:read")),
    HttpApiEndpoint.patch("updateUser", "/v1/users/:id", {
      params: id,
      headers: ifMatch,
      payload: UserChanges,
      success: HttpApiSchema.WithHeaders(Data(User.json), eTag),
      error: [UserNotFound, ValidationFailed, Forbidden, LastAdmin, NotWithApiToken, EmailTaken, PreconditionFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Change an account",
      description:
        "A deactivated account can do nothing, but goes on being named wherever it was. `active` is not for those who hold less than the person; password and e-mail address of somebody else are for those who hold everywhere what the person holds anywhere. Teams need `team:write` too: see `PUT /v1/teams/:id/members/:userId`. The last admin stays."
    })).annotate(EndpointAccess, needs("user:write")),
    HttpApiEndpoint.put("setUserRoles", "/v1/users/:id/roles", {
      params: id,
      headers: ifMatch,
      payload: RolesOfUser,
      success: HttpApiSchema.WithHeaders(Data(User.json), eTag),
      error: [UserNotFound, ValidationFailed, Forbidden, LastAdmin, NotWithApiToken, PreconditionFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Say which roles somebody has",
      description:
        "It counts from the next request on. You must hold yourself all that the roles grant which you give or take, and the last admin stays."
    }))
      .annotate(EndpointAccess, needs("role:write"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Users", description: "People and their accounts" }))
{}
