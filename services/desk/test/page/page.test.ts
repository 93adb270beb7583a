import { layer } from "@effect/vitest"
import { patience } from "../RunningDesk.ts"
import { atProvider } from "./atProvider.ts"
import { changes } from "./changes.ts"
import { live } from "./live.ts"
import { looks } from "./looks.ts"
import { Office } from "./Office.ts"
import { work } from "./work.ts"

// One desk and one browser for all of it; the last of them stops the desk.
layer(Office.layer, { excludeTestServices: true, timeout: patience })("the page", (it) => {
  looks(it)
  work(it)
  changes(it)
  atProvider(it)
  live(it)
})
