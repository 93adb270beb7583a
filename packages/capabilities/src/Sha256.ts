import { Context } from "effect"

/**
 * SHA-256 (FIPS 180-4) at once. Effect's `Digest` answers each question with an effect, which a record of millions of
 * rows, hashed three times each, would feel.
 */
export class Sha256 extends Context.Service<Sha256, {
  /** The 32 bytes of the digest, in an array of its own. */
  readonly digest: (bytes: Uint8Array) => Uint8Array
}>()("@opsdesk/capabilities/Sha256") {}
