import type { Schema } from "effect"

/** A type of event: when it is told, and what its payload holds. Whoever acts on events can rely on both. */
export interface EventType {
  /** One sentence, in the past tense. */
  readonly about: string
  readonly payload: Schema.Top & { readonly DecodingServices: never; readonly EncodingServices: never }
}
