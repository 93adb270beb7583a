/** What migrations say of tables (`tickets`) and of columns (`tickets.number`): the comment right above each. */
export const remarksIn = (migrations: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const remarks = new Map<string, string>()
  for (const migration of migrations) {
    let comment: Array<string> = []
    let table: string | undefined
    for (const line of migration.split("\n")) {
      const said = /^\s*--\s?(.*)$/.exec(line)?.[1]
      if (said !== undefined) {
        comment.push(said)
        continue
      }
      const [, created] = /^create table (?:if not exists )?(\w+)/i.exec(line) ?? []
      const [, altered, changed] = /^alter table (\w+) (?:add|alter) column (\w+)/i.exec(line) ?? []
      const [, column] = /^\s+(\w+) /.exec(line) ?? []
      const subject = created ?? (altered === undefined ? undefined : `${altered}.${changed}`) ??
        (table === undefined || column === undefined || column === "constraint" ? undefined : `${table}.${column}`)
      if (comment.length > 0 && subject !== undefined) remarks.set(subject, comment.join(" "))
      if (created !== undefined) table = created
      if (line.startsWith(")")) table = undefined
      comment = []
    }
  }
  return remarks
}
