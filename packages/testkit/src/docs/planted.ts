import { plantedBugs } from "../planted/bugs.ts"
import { table, withPart } from "./markdown.ts"

/** The page on security with its table of planted bugs as they are now. */
export const withPlantedBugs = (page: string): string =>
  withPart(
    page,
    "planted",
    table(
      ["planted bug", "in", "noticed by"],
      plantedBugs.map((
        { file, name, project, test, title }
      ) => [name, `\`${file}\``, `${project}: \`${test}\`, "${title}…"`])
    )
  )
