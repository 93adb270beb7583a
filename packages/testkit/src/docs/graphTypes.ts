import { codegen } from "@graphql-codegen/core"
import * as typescript from "@graphql-codegen/typescript"
import * as resolvers from "@graphql-codegen/typescript-resolvers"
import { parse } from "graphql"

const parents = {
  TicketStatus: "@opsdesk/tickets/Ticket#TicketStatus as StatusValue",
  TicketType: "@opsdesk/tickets/Ticket#TicketType as TypeValue",
  TicketPriority: "@opsdesk/tickets/Ticket#Priority as PriorityValue",
  MessageVisibility: "@opsdesk/messages/Message#Visibility as VisibilityValue",
  User: "./rows.ts#PersonRef",
  Team: "./rows.ts#TeamRef",
  Me: "./rows.ts#MeRow",
  Ticket: "./rows.ts#TicketRow",
  Message: "./rows.ts#MessageRow",
  HistoryEntry: "./rows.ts#HistoryRow",
  AuditEvent: "./rows.ts#AuditRow",
  TicketStatusChange: "./rows.ts#EventRow",
  TicketEvent: "./rows.ts#EventRow",
  PageInfo: "./connection.ts#AnyConnection",
  TicketConnection: "./connection.ts#Connection<TicketRow>",
  TicketEdge: "./connection.ts#Edge<TicketRow>",
  MessageConnection: "./connection.ts#Connection<MessageRow>",
  MessageEdge: "./connection.ts#Edge<MessageRow>",
  HistoryConnection: "./connection.ts#Connection<HistoryRow>",
  HistoryEdge: "./connection.ts#Edge<HistoryRow>",
  AuditEventConnection: "./connection.ts#Connection<AuditRow>",
  AuditEventEdge: "./connection.ts#Edge<AuditRow>"
}

const enums = {
  TicketStatus: {
    OPEN: "open",
    IN_PROGRESS: "in_progress",
    WAITING: "waiting",
    RESOLVED: "resolved",
    CLOSED: "closed"
  },
  TicketType: { INCIDENT: "incident", REQUEST: "request" },
  TicketPriority: { LOW: "low", NORMAL: "normal", HIGH: "high", URGENT: "urgent" },
  MessageVisibility: { PUBLIC: "public", INTERNAL: "internal" },
  TicketSortField: { CREATED_AT: "createdAt", UPDATED_AT: "updatedAt", PRIORITY: "priority", NUMBER: "number" }
}

/** What the resolvers of the GraphQL interface are held against: types made of its schema, SDL. */
export const graphTypes = async (schema: string): Promise<string> => {
  const config = {
    useTypeImports: true,
    enumsAsTypes: true,
    enumValues: enums,
    immutableTypes: true,
    contextType: "./graphContext.ts#GraphContext",
    mappers: parents,
    mapperTypeSuffix: "",
    scalars: { ID: "string", DateTime: { input: "string", output: "DateTime.Utc" }, JSON: "unknown" },
    resolversNonOptionalTypename: false,
    skipTypename: true,
    inputMaybeValue: "T | null | undefined",
    defaultScalarType: "unknown"
  }
  const types = await codegen({
    filename: "types.ts",
    schema: parse(schema),
    documents: [],
    config,
    pluginMap: { typescript, resolvers, add: { plugin: () => header } },
    plugins: [{ add: {} }, { typescript: {} }, { resolvers: {} }]
  })
  return types.replaceAll(/\bany\b(?=[,>[])/g, "unknown")
}

const header = {
  prepend: ["// Made of schema.graphql by `pnpm docs`.", "import type { DateTime } from \"effect\""],
  content: ""
}
