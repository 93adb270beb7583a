export interface Import {
  readonly specifier: string
  /** `import type`, which leaves nothing behind at run time. */
  readonly typeOnly: boolean
  readonly line: number
}

/** A TypeScript file as the rules of the house look at it; both texts keep every line and column. */
export interface Source {
  /** Without comments and without what stands in strings, templates and regular expressions. */
  readonly code: string
  /** Without comments. */
  readonly text: string
  readonly imports: ReadonlyArray<Import>
}

export const lineOf = (text: string, index: number): number => text.slice(0, index).split("\n").length

const comment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const string = /"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/y
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
/** After one of these a slash begins a regular expression; after anything else it divides. */
const beforeRegex = /(?:^|[(,=:[!&|?{;+\-*%~^<>]|\b(?:return|typeof|case|in|of|yield|await|else))\s*$/

const blank = (chars: Array<string>, from: number, to: number) => {
  for (let i = from; i < to; i++) if (chars[i] !== "\n") chars[i] = " "
}

/** Tells comments and literals from code. */
const blankOut = (source: string): Pick<Source, "code" | "text"> => {
  const code = source.split("")
  const text = source.split("")
  const match = (pattern: RegExp, at: number): number | undefined => {
    pattern.lastIndex = at
    return pattern.test(source) ? pattern.lastIndex : undefined
  }
  /** Of each template around: where in the nesting of braces it goes on. */
  const templates: Array<number> = []
  let depth = 0
  let inTemplate = false
  let i = 0
  while (i < source.length) {
    const char = source[i]
    if (inTemplate) {
      const opens = source.startsWith("${", i)
      const length = opens || char === "\\" ? 2 : 1
      if (!opens && char !== "`") blank(code, i, i + length)
      if (opens) templates.push(depth)
      inTemplate = !opens && char !== "`"
      i += length
      continue
    }
    let end: number | undefined
    if (char === "/") {
      end = match(comment, i)
      if (end !== undefined) blank(text, i, end)
      else if (beforeRegex.test(code.slice(Math.max(0, i - 40), i).join(""))) end = match(regex, i)
      if (end !== undefined) blank(code, i, end)
    } else if (char === "\"" || char === "'") {
      end = match(string, i)
      if (end !== undefined) blank(code, i + 1, end - 1)
    } else if (char === "`") {
      inTemplate = true
    } else if (char === "{") {
      depth += 1
    } else if (char === "}") {
      inTemplate = templates.at(-1) === depth
      if (inTemplate) templates.pop()
      else depth -= 1
    }
    i = end ?? i + 1
  }
  return { code: code.join(""), text: text.join("") }
}

const statement = /\b(?:import|export)\s+(type\b)?(?:(?!\b(?:import|export)\b)[\w$*,{}\s])*?\bfrom\s*["']/g
const call = /\b(?:import|require)\s*(?:\(\s*)?["'`]/g

export const readSource = (source: string): Source => {
  const { code, text } = blankOut(source)
  const imports = [statement, call].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((found) => {
      const start = found.index + found[0].length
      const specifier = source.slice(start, source.indexOf(source.charAt(start - 1), start))
      return { specifier, typeOnly: found[1] !== undefined, line: lineOf(source, start) }
    })
  )
  return { code, text, imports: imports.toSorted((a, b) => a.line - b.line) }
}
