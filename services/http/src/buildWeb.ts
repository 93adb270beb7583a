import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { makePage } from "./pages/makePage.ts"

/** Makes the page of the sources as they are, for a deployment to serve. */
NodeRuntime.runMain(makePage.pipe(Effect.andThen(Effect.logInfo("the page is made"))))
