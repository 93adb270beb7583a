import { Context } from "effect"

/** Where people reach the desk: `https://desk.example`, without a slash at the end. Links are built from it. */
export class PublicUrl extends Context.Service<PublicUrl, { readonly origin: string }>()(
  "@opsdesk/capabilities/PublicUrl"
) {}
