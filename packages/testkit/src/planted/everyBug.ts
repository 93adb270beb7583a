import { brokerBugs } from "./brokerBugs.ts"
import type { PlantedBug } from "./bugs.ts"
import { plantedBugs } from "./bugs.ts"
import { deliveryBugs } from "./deliveryBugs.ts"

/** All that `pnpm test:planted` plants. */
export const everyBug: ReadonlyArray<PlantedBug> = [...plantedBugs, ...brokerBugs, ...deliveryBugs]
