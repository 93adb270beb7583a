import { Cache } from "@opsdesk/capabilities/Cache"
import { Effect, Layer } from "effect"

/** Beyond this many tags all of them are dropped: what is kept may be lost, but not what was dropped. */
const most = 20_000

/** Versions of tags, for a desk that runs as one process. Each drop draws from one count, so that no version comes back. */
export const MemoryCache = Layer.sync(Cache, () => {
  const versions = new Map<string, number>()
  let drops = 0
  let floor = 0
  return Cache.of({
    drop: (tags) =>
      Effect.sync(() => {
        for (const tag of tags) {
          if (versions.size >= most && !versions.has(tag)) {
            versions.clear()
            floor = ++drops
          }
          versions.set(tag, ++drops)
        }
      }),
    stampOf: (tags) => Effect.sync(() => tags.map((tag) => versions.get(tag) ?? floor).join("."))
  })
})
