import { MemoryCache } from "@opsdesk/memory/MemoryCache"
import { Layer } from "effect"
import type { Template } from "./TestDatabase.ts"
import { TestStack } from "./TestDatabase.ts"

/** The stack of a desk that runs as one process, which keeps answers; on a database that tests reach too. */
export const KeepingStack = (template: Template) => MemoryCache().pipe(Layer.provideMerge(TestStack(template)))
