import { layer } from "@effect/vitest"
import { Argon2Passwords } from "@opsdesk/crypto/Argon2Passwords"
import { JoseAccessTokens } from "@opsdesk/crypto/JoseAccessTokens"
import { MacCursors } from "@opsdesk/crypto/MacCursors"
import { Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { accessTokensContract } from "../../../packages/capabilities/test/contracts/AccessTokensContract.ts"
import { cursorsContract } from "../../../packages/capabilities/test/contracts/CursorsContract.ts"
import { keyringContract } from "../../../packages/capabilities/test/contracts/KeyringContract.ts"
import { passwordsContract } from "../../../packages/capabilities/test/contracts/PasswordsContract.ts"
import { MemoryKeyring } from "./fixtures/MemoryKeyring.ts"

passwordsContract(layer(Argon2Passwords.pipe(Layer.provide(SecureRandom.layerWebCrypto))))
cursorsContract(layer(MacCursors.pipe(Layer.provide(MemoryKeyring))))
accessTokensContract(layer(JoseAccessTokens({ issuer: "https://desk.test" }).pipe(Layer.provide(MemoryKeyring))))
keyringContract(layer(MemoryKeyring))
