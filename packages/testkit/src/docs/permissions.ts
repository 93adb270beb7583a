import { permissions as permissionTexts } from "@opsdesk/access/Permission"
import { builtInRoles } from "@opsdesk/access/Role"
import { Api } from "@opsdesk/api/Api"
import { endpointsOf } from "@opsdesk/api/described"
import type { Cell, Errand } from "../permissionMatrix.ts"
import { callerNames, callers, permissionMatrix } from "../permissionMatrix.ts"
import { generated, page, table } from "./markdown.ts"

const roleTable = (): string =>
  table(
    ["permission", "what it lets one do", ...builtInRoles.map(({ name }) => name)],
    Object.entries(permissionTexts).map(([permission, text]) => [
      `\`${permission}\``,
      text,
      ...builtInRoles.map(({ permissions }) =>
        permissions.filter((grant) => grant.permission === permission).map(({ scope }) => scope).join(", ")
      )
    ])
  )

const inWords = (cell: Cell): string => typeof cell === "number" ? String(cell) : "200, left out"

const matrixTable = (): string => {
  const endpoints = endpointsOf(Api)
  const named = (operation: string): string => {
    const endpoint = endpoints.get(operation)
    return endpoint === undefined ? operation : `${endpoint.method} ${endpoint.path}`
  }
  const rowOf = (operation: string, { answers, errand }: Errand): ReadonlyArray<string> => [
    `\`${named(operation)}\``,
    errand ?? "",
    ...callerNames.map((caller) => inWords(answers[caller]))
  ]
  return table(
    ["operation", "what is asked", ...callerNames.map((caller) => callers[caller].title)],
    Object.entries(permissionMatrix).flatMap(([operation, errands]) =>
      errands.map((errand) => rowOf(operation, errand))
    )
  )
}

export const permissions = (): string =>
  page(
    "# Who may what",
    generated("`Role.ts` and the matrix that a test runs against the program"),
    "## Roles",
    "How far a grant reaches: `own`, tickets that one has requested; `team`, tickets of one's teams, assigned to oneself,\nor of no team yet; `any`, everything.",
    roleTable(),
    "## Answers",
    "What each operation answers to whom, for a ticket that a customer has opened. What somebody may not see is 404 and\nlooks exactly like what is not there; what they may not do to what they see is 403. \"Left out\": the list is there,\nthe thing is not in it. An operation without a row fails the test.",
    matrixTable()
  )
