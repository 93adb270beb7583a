import { Sha256 } from "@opsdesk/capabilities/Sha256"
import { Layer } from "effect"
import { hash } from "node:crypto"

export const NodeSha256 = Layer.succeed(Sha256, { digest: (bytes) => hash("sha256", bytes, "buffer") })
