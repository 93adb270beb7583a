import type { SchemaAST, SchemaIssue } from "effect"

/** One thing that is wrong, in words for whoever wrote the request, and the keys that lead to it. */
export interface Plain {
  readonly path: ReadonlyArray<PropertyKey>
  readonly detail: string
}

/** `a`, `a or b`, `a, b or c`. */
const oneOf = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`

/** What a value must be to be one of several kinds, each by its name: a text by what it must be, if a check says so. */
const kindsIn = (ast: SchemaAST.AST): ReadonlyArray<string | null> => {
  if (ast._tag === "Union") return ast.types.filter(({ _tag }) => _tag !== "Undefined").flatMap(kindsIn)
  if (ast._tag !== "String") return [named(ast)]
  const checks = [ast, ...(ast.encoding ?? []).map(({ to }) => to)].flatMap(({ checks }) => checks ?? [])
  const words = checks.map(({ annotations }) => /^must be (an? .+)$/.exec(textIn(annotations, "message") ?? "")?.[1])
  return [words.find((word) => word !== undefined) ?? named(ast)]
}

/** What a value of this kind is called, or null for what has no name that helps. */
const named = (ast: SchemaAST.AST): string | null => {
  switch (ast._tag) {
    case "String":
    case "TemplateLiteral":
      return "text"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Null":
      return "null"
    case "Literal":
      return String(ast.literal)
    case "Arrays":
      return "a list"
    case "Objects":
      return "an object"
    case "Union": {
      const members = kindsIn(ast)
      return members.includes(null) ? null : oneOf([...new Set(members.filter((word) => word !== null))])
    }
    default:
      return null
  }
}

const kindOf = (ast: SchemaAST.AST): string => {
  const word = named(ast)
  return word === null ? "is not valid" : `must be ${word}`
}

const length = (amount: string, limit: string) =>
  `must have ${amount} ${limit} ${limit === "1" ? "character" : "characters"}`

/** What Effect expects of a check that has no words of ours. */
const ofExpected: ReadonlyArray<readonly [RegExp, (...found: ReadonlyArray<string>) => string]> = [
  [/^an integer$/, () => "must be a whole number"],
  [/^a value with a length of at most (\d+)$/, (most = "") => length("at most", most)],
  [/^a value with a length of at least (\d+)$/, (least = "") => length("at least", least)],
  [/^a value between (\S+) and (\S+)$/, (least = "", most = "") => `must be from ${least} to ${most}`],
  [/^a string matching/, () => "is not written as it should be"]
]

const expectation = (expected: string): string => {
  for (const [pattern, words] of ofExpected) {
    const found = pattern.exec(expected)
    if (found !== null) return words(...found.slice(1))
  }
  return `must be ${expected}`
}

const textIn = (annotations: object | undefined, name: string): string | undefined => {
  const value = annotations === undefined ? undefined : Object.entries(annotations).find(([key]) => key === name)?.[1]
  return typeof value === "string" ? value : undefined
}

const ofCheck = ({ filter, issue }: SchemaIssue.Filter): string | undefined => {
  const inner = issue._tag === "InvalidValue" ? issue.annotations : undefined
  const message = textIn(filter.annotations, "message") ?? textIn(inner, "message")
  if (message !== undefined || issue._tag !== "InvalidValue") return message
  const expected = textIn(inner, "expected") ?? textIn(filter.annotations, "expected")
  return expected === undefined ? undefined : expectation(expected)
}

const ofLeaf = (issue: SchemaIssue.Leaf): string => {
  switch (issue._tag) {
    case "MissingKey":
      return "is missing"
    case "UnexpectedKey":
      return "is not known here"
    case "InvalidType":
      return textIn(issue.ast.annotations, "message") ?? kindOf(issue.ast)
    case "OneOf":
      return kindOf(issue.ast)
    case "InvalidValue": {
      const expected = textIn(issue.annotations, "expected")
      return textIn(issue.annotations, "message") ?? (expected === undefined ? "is not valid" : expectation(expected))
    }
    case "Forbidden":
      return "is not valid"
  }
}

/** The leaves of what could not be decoded, each with the words of the outermost check or schema that has some. */
export const plainWords = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey> = [],
  said?: string
): ReadonlyArray<Plain> => {
  switch (issue._tag) {
    case "Filter":
      return plainWords(issue.issue, path, said ?? ofCheck(issue))
    case "Encoding":
      return plainWords(issue.issue, path, said)
    case "Pointer":
      return plainWords(issue.issue, [...path, ...issue.path], said)
    case "Composite":
      return issue.issues.flatMap((each) => plainWords(each, path, said))
    case "AnyOf": {
      const within = issue.issues.flatMap((each) => plainWords(each, path, said))
      // None of several kinds: that is one fault, not one for each.
      const isDeeper = within.some((each) => each.path.length > path.length)
      if (isDeeper || within.length === 1) return within
      return [{ path, detail: said ?? textIn(issue.ast.annotations, "message") ?? kindOf(issue.ast) }]
    }
    default:
      return [{ path, detail: said ?? ofLeaf(issue) }]
  }
}
