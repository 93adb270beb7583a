import { Api } from "@opsdesk/api/Api"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { created, found } from "./created.ts"

export const TeamsRest = HttpApiBuilder.group(
  Api,
  "teams",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* TeamDesk
    return handlers.handleAll({
      listTeams: ({ query }) => desk.list(query),
      createTeam: ({ payload }) => Effect.map(desk.create(payload), (team) => created(`/v1/teams/${team.id}`, team)),
      getTeam: ({ params }) => Effect.map(desk.get(params.id), found),
      addTeamMember: ({ params }) => Effect.map(desk.addMember(params.id, params.userId), found),
      removeTeamMember: ({ params }) => Effect.map(desk.removeMember(params.id, params.userId), found)
    })
  })
)
