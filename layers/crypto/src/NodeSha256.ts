import { Sha256 } from "@opsdesk/capabilities/Sha256"
import { Layer } from "effect"
import { hash } from "node:crypto"

/** By way of a string with a character for each byte: a `Buffer` for each answer costs Node more than the hash itself. */
const digest = (bytes: Uint8Array): Uint8Array => {
  const text = hash("sha256", bytes, "latin1")
  const answer = new Uint8Array(32)
  for (let at = 0; at < 32; at++) answer[at] = text.charCodeAt(at)
  return answer
}

export const NodeSha256 = Layer.succeed(Sha256, { digest })
