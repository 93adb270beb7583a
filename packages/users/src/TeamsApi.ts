import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { NewTeam, Team } from "./Team.ts"
import { TeamNotFound, UserNotFound } from "./UserProblems.ts"

/** Part of the contract: whoever reads the contracts only reads it here. */
export { Team } from "./Team.ts"

const id = { id: TeamId.pipe(said("The team's id")) }
const membership = { ...id, userId: UserId.pipe(said("The person's id")) }

export class TeamsApi extends HttpApiGroup.make("teams")
  .add(
    HttpApiEndpoint.get("listTeams", "/v1/teams", {
      query: pageQuery,
      success: PageOf(Team),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "Teams, by name" }))
      .annotate(EndpointAccess, needs("user:read")),
    HttpApiEndpoint.post("createTeam", "/v1/teams", {
      payload: NewTeam,
      success: HttpApiSchema.WithHeaders(Data(Team).pipe(HttpApiSchema.status(201)), { location: Schema.String }),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "Make a team" }))
      .annotate(EndpointAccess, needs("team:write")),
    HttpApiEndpoint.get("getTeam", "/v1/teams/:id", {
      params: id,
      success: Data(Team),
      error: [TeamNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "One team" }))
      .annotate(EndpointAccess, needs("user:read")),
    HttpApiEndpoint.put("addTeamMember", "/v1/teams/:id/members/:userId", {
      params: membership,
      success: Data(Team),
      error: [TeamNotFound, UserNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Put somebody into a team",
      description:
        "What the person's roles grant for teams reaches the team's tickets from then on. You must hold it everywhere, or be in the team and hold it for teams yourself."
    }))
      .annotate(EndpointAccess, needs("team:write")),
    HttpApiEndpoint.delete("removeTeamMember", "/v1/teams/:id/members/:userId", {
      params: membership,
      success: Data(Team),
      error: [TeamNotFound, UserNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "Take somebody out of a team" }))
      .annotate(EndpointAccess, needs("team:write"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Teams", description: "Teams and who is in them" }))
{}
