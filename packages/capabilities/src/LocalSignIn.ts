import { Context } from "effect"

/** Whether the desk takes passwords: an operator may leave that to a provider of identities. */
export class LocalSignIn extends Context.Service<LocalSignIn, { readonly allowed: boolean }>()(
  "@opsdesk/capabilities/LocalSignIn"
) {}
