import { cache } from "./consumers/cache.ts"

/** Everybody who acts on events. Queues, retries, dead letters, metrics and `docs/events.md` follow from this list. */
export const consumers = [cache]
