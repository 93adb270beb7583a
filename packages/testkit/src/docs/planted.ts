import type { PlantedBug } from "../planted/bugs.ts"
import { everyBug } from "../planted/everyBug.ts"
import { table, withPart } from "./markdown.ts"

const noticedBy = ({ project, test, title }: PlantedBug) => `${project}: \`${test}\`, "${title}…"`

/** The page on security with its table of planted bugs as they are now. */
export const withPlantedBugs = (page: string): string =>
  withPart(
    page,
    "planted",
    table(
      ["planted bug", "in", "noticed by"],
      everyBug.filter(({ promise }) => promise === undefined)
        .map((bug) => [bug.name, `\`${bug.file}\``, noticedBy(bug)])
    )
  )

/** The page on reliability, likewise, with what breaks its promises. */
export const withBrokenPromises = (page: string): string =>
  withPart(
    page,
    "planted",
    table(
      ["planted bug", "breaks the promise that", "in", "noticed by"],
      everyBug.flatMap((bug) =>
        bug.promise === undefined ? [] : [[bug.name, bug.promise, `\`${bug.file}\``, noticedBy(bug)]]
      )
    )
  )
