import { layer } from "@effect/vitest"
import { MemoryCache } from "@opsdesk/memory/MemoryCache"
import { cacheContract } from "../../../packages/capabilities/test/contracts/CacheContract.ts"

cacheContract(layer(MemoryCache))
