import { DependencyUnavailable, RateLimited } from "@opsdesk/kernel/Problem"
import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { Unauthenticated } from "./AccessProblems.ts"
import type { CurrentActor } from "./Actor.ts"
import type { Permission } from "./Permission.ts"

/** Who may call an endpoint at all. */
export type Access =
  | { readonly who: "anyone" }
  | { readonly who: "signed-in" }
  | { readonly who: "permitted"; readonly permissions: readonly [Permission, ...ReadonlyArray<Permission>] }

/** Declares on an endpoint who may call it. One without it answers nobody, and a test says so. */
export class EndpointAccess extends Context.Service<EndpointAccess, Access>()("@opsdesk/access/EndpointAccess") {}

export const anyone: Access = { who: "anyone" }
export const signedIn: Access = { who: "signed-in" }
/** One of these, depending on what is asked; the desk decides. */
export const needs = (...permissions: readonly [Permission, ...ReadonlyArray<Permission>]): Access => ({
  who: "permitted",
  permissions
})

/** Declares on an endpoint that it passes over a body: whoever wants out is not kept in by what they bring along. */
export class PassesOverBody extends Context.Reference<boolean>("@opsdesk/access/PassesOverBody", {
  defaultValue: () => false
}) {}

/** Puts `CurrentActor` into the context of an endpoint, or refuses. */
export class Authentication extends HttpApiMiddleware.Service<Authentication, { provides: CurrentActor }>()(
  "@opsdesk/access/Authentication",
  {
    security: { bearer: HttpApiSecurity.bearer },
    error: [Unauthenticated, RateLimited, DependencyUnavailable],
    requiredForClient: true
  }
) {}
