import { layer } from "@effect/vitest"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { journalContract } from "../../../packages/capabilities/test/contracts/JournalContract.ts"
import { keyringContract } from "../../../packages/capabilities/test/contracts/KeyringContract.ts"
import { transactionContract } from "../../../packages/capabilities/test/contracts/TransactionContract.ts"

const on18 = layer(TestStack("migrated"), { excludeTestServices: true })

transactionContract(on18)
journalContract(on18)
keyringContract(on18)
