/** How PostgreSQL quotes what somebody wrote, when it says what is wrong with it. */
const quotes: ReadonlyArray<readonly [RegExp, string]> = [
  [/(Failing row contains )\([^]*?\)(?=\.?(?:\n|$))/g, "$1(…)"],
  [/(Key \([^)]*\)=)\([^]*?\)(?= (?:already exists|is not present|is still referenced|conflicts))/g, "$1(…)"],
  [/(invalid input (?:syntax|value) for [^:\n]+: )"[^\n]*"/g, "$1\"…\""],
  [/(value )"[^\n]*"( is out of range for type)/g, "$1\"…\"$2"]
]

/**
 * What a failure says, without the values of the row that it met. Only texts are asked for, of the error and its causes:
 * what else a driver's error carries (`detail`, `where`, the query's parameters) is never printed.
 */
export const withoutRows = (text: string): string =>
  quotes.reduce((said, [pattern, instead]) => said.replaceAll(pattern, instead), text)
