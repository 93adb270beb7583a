import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { DeadLetterId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { DeadLetter } from "./DeadLetter.ts"
import { DeadLetterNotFound } from "./DeadLetterProblems.ts"

const id = { id: DeadLetterId.pipe(said("The dead letter's id")) }
const access = needs("operations:manage")

export class DeadLettersApi extends HttpApiGroup.make("deadLetters")
  .add(
    HttpApiEndpoint.get("listDeadLetters", "/v1/admin/dead-letters", {
      query: pageQuery,
      success: PageOf(DeadLetter.json),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "What could not be done about events, newest first",
      description: "Events that a consumer gave up after its last try, with the cause."
    })).annotate(EndpointAccess, access),
    HttpApiEndpoint.post("replayDeadLetter", "/v1/admin/dead-letters/:id/replay", {
      params: id,
      success: Data(DeadLetter.json),
      error: [DeadLetterNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Have it done again",
      description:
        "Its consumer, and nobody else, gets it once more, with all its tries. It leaves the list, and comes back should it fail again. Asked for twice it takes effect once."
    })).annotate(EndpointAccess, access),
    HttpApiEndpoint.delete("discardDeadLetter", "/v1/admin/dead-letters/:id", {
      params: id,
      success: HttpApiSchema.NoContent,
      error: [DeadLetterNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "Give it up for good" }))
      .annotate(EndpointAccess, access)
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Dead letters", description: "What could not be done about events" }))
{}
