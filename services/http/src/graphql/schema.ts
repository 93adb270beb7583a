import type { GraphQLSchema } from "graphql"
import { createSchema } from "graphql-yoga"
import { readFileSync } from "node:fs"
import type { GraphContext } from "./graphContext.ts"
import { MutationGraph } from "./MutationGraph.ts"
import { PeopleGraph } from "./PeopleGraph.ts"
import { QueryGraph } from "./QueryGraph.ts"
import { enums, scalars } from "./scalars.ts"
import { SubscriptionGraph } from "./SubscriptionGraph.ts"
import { TicketGraph } from "./TicketGraph.ts"

/** The interface as it is written, and who answers for each of its fields. */
export const graphSchema: GraphQLSchema = createSchema<GraphContext>({
  typeDefs: readFileSync(new URL("./schema.graphql", import.meta.url), "utf8"),
  resolvers: [scalars, enums, QueryGraph, TicketGraph, PeopleGraph, MutationGraph, SubscriptionGraph]
})
