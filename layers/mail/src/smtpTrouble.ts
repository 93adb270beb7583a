interface Trouble {
  readonly message: string
  readonly final: boolean
}

const textOf = (error: object, name: string): string => {
  const value: unknown = Reflect.get(error, name)
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

/**
 * What a failure of the mail server comes down to. Final is what it says about this letter for good: 5yz to the recipient
 * or to the message. A refused sender or sign-in is the operator's to mend, and the letter's to wait for.
 */
export const troubleWith = (error: unknown): Trouble => {
  if (!(error instanceof Error)) return { message: String(error), final: false }
  const command = textOf(error, "command")
  const final = Reflect.get(error, "permanent") === true && (command === "RCPT TO" || command === "DATA")
  return { message: error.message.replaceAll(/\s+/g, " "), final }
}
