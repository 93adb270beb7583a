import { Context, Effect } from "effect"

/** A file of the page under `/assets/`: its name holds a hash of what is in it, so it never changes. */
export interface PageFile {
  readonly contentType: string
  readonly bytes: Uint8Array
  readonly gzipped: Uint8Array
}

export type PageState =
  /** This program serves no page. */
  | { readonly _tag: "None" }
  /** It is being made, which takes some seconds. */
  | { readonly _tag: "Making" }
  /** It could not be made; the log says why. */
  | { readonly _tag: "Broken" }
  | {
    readonly _tag: "Made"
    /** The document, with a nonce's place wherever one belongs. */
    readonly document: string
    readonly files: ReadonlyMap<string, PageFile>
  }

/** The page as it can be served at this moment. A program has none unless its `main.ts` says otherwise. */
export class WebPage extends Context.Reference<{ readonly state: Effect.Effect<PageState> }>(
  "@opsdesk/http/WebPage",
  { defaultValue: () => ({ state: Effect.succeed({ _tag: "None" }) }) }
) {}
