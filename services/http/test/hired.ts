import { Effect } from "effect"
import { done } from "./onRecord.ts"
import type { Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

export const grant = (permission: string, scope: string) => ({ permission, scope })

/** A role of the desk's own, made by the admin. */
export const roleMade = (name: string, ...permissions: ReadonlyArray<object>): Effect.Effect<Json, never, TestHttp> =>
  done("POST", "/v1/roles", { as: "alex", body: { name, permissions } })

/** Somebody new, who has signed in. */
export const hired = Effect.fnUntraced(function*(name: string, but: object = {}) {
  const { ask } = yield* TestHttp
  const body = { email: `${name}@test.local`, name, password: `${name} may come in`, ...but }
  const data: Json = yield* done("POST", "/v1/users", { as: "alex", body })
  const { json } = yield* ask("POST", "/v1/auth/login", { body: { email: body.email, password: body.password } })
  const token: string = json.data.accessToken
  return { data, token }
})
