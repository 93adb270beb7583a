import { Context } from "effect"

/** Where the desk is: `https://desk.example.com`, without a path; in a page of the desk's own the page's origin. */
export class Desk extends Context.Service<Desk, { readonly baseUrl: string }>()("@opsdesk/client/Desk") {}
