import type { ProblemType } from "@opsdesk/kernel/ProblemType"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import type { File } from "../houseViolations.ts"
import { generated, page, table } from "./markdown.ts"

export interface ProblemClass {
  readonly name: string
  readonly slug: string
  readonly detail: string
  /** The folder of the workspace that it lives in. */
  readonly folder: string
}

const declaration = /class (\w+) extends Problem<\w+>\(\)\(\s*"\w+",\s*"([\w-]+)",\s*"((?:[^"\\]|\\.)*)"/g

/** Every class of an expected failure. One that is declared in another way than all others is refused rather than missed. */
export const problemClasses = (files: ReadonlyArray<File>): ReadonlyArray<ProblemClass> =>
  files.flatMap(({ path, text }) => {
    const found = [...text.matchAll(declaration)]
    const declared = text.split("extends Problem<").length - 1
    if (found.length !== declared) {
      throw new Error(`${path} declares ${declared} problems, of which ${found.length} can be read`)
    }
    return found.map(([, name = "", slug = "", detail = ""]) => ({
      name,
      slug,
      detail: detail.replaceAll(/\\(.)/g, "$1"),
      folder: path.split("/").slice(0, 2).join("/")
    }))
  })

const section = (
  [slug, { explanation, status, title }]: readonly [string, ProblemType],
  classes: ReadonlyArray<ProblemClass>
) => {
  const mine = classes.filter((one) => one.slug === slug)
  return [
    `## ${slug}`,
    `**${status} ${title}.** ${explanation}`,
    mine.length === 0
      ? "No class declares it."
      : table(
        ["class", "where", "detail"],
        mine.map(({ detail, folder, name }) => [`\`${name}\``, `\`${folder}\``, detail])
      )
  ].join("\n\n")
}

export const problems = (classes: ReadonlyArray<ProblemClass>): string => {
  const stray = classes.filter(({ slug }) => !(slug in problemTypes))
  if (stray.length > 0) throw new Error(`no problem type is called ${stray.map(({ slug }) => slug).join(", ")}`)
  return page(
    "# Problems",
    generated("`ProblemType.ts` and every class that extends `Problem`"),
    "Every failure that a caller can meet is `application/problem+json` (RFC 9457). Its `type` is `/problems/<slug>`, an\naddress of the desk that explains it; `code` is the slug; `requestId` leads the operator to the log.",
    ...Object.entries(problemTypes).map((type) => section(type, classes))
  )
}
