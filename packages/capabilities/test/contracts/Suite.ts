import type { Vitest } from "@effect/vitest"

/** Where a contract is run: `layer(TheLayer)` of `@effect/vitest`, or `it.layer(TheLayer)` inside another suite. */
export type Suite<R> = (name: string, tests: (it: Vitest.MethodsNonLive<R>) => void) => void
