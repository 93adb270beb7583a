import type { PlantedBug } from "../planted/bugs.ts"
import { plantedBugs } from "../planted/bugs.ts"
import { deliveryBugs } from "../planted/deliveryBugs.ts"
import { table, withPart } from "./markdown.ts"

const noticedBy = ({ project, test, title }: PlantedBug) => `${project}: \`${test}\`, "${title}…"`

/** The page on security with its table of planted bugs as they are now. */
export const withPlantedBugs = (page: string): string =>
  withPart(
    page,
    "planted",
    table(
      ["planted bug", "in", "noticed by"],
      plantedBugs.map((bug) => [bug.name, `\`${bug.file}\``, noticedBy(bug)])
    )
  )

/** The page on reliability, likewise. */
export const withDeliveryBugs = (page: string): string =>
  withPart(
    page,
    "planted",
    table(
      ["planted bug", "breaks the promise that", "in", "noticed by"],
      deliveryBugs.map((bug) => [bug.name, bug.promise, `\`${bug.file}\``, noticedBy(bug)])
    )
  )
