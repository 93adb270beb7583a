import { layer } from "@effect/vitest"
import { PostgresBroker } from "@opsdesk/postgres/PostgresBroker"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Layer } from "effect"
import { TestClock } from "effect/testing"
import { brokerContract } from "../../../packages/capabilities/test/contracts/BrokerContract.ts"
import { innerTransactionContract } from "../../../packages/capabilities/test/contracts/InnerTransactionContract.ts"
import { journalContract } from "../../../packages/capabilities/test/contracts/JournalContract.ts"
import { keptAnswersContract } from "../../../packages/capabilities/test/contracts/KeptAnswersContract.ts"
import { keyringContract } from "../../../packages/capabilities/test/contracts/KeyringContract.ts"
import { transactionContract } from "../../../packages/capabilities/test/contracts/TransactionContract.ts"

const on18 = layer(TestStack("migrated"), { excludeTestServices: true })

transactionContract(on18)
innerTransactionContract(on18)
journalContract(on18)
keyringContract(on18)
brokerContract(
  layer(PostgresBroker().pipe(Layer.provideMerge(TestStack("migrated"))), { excludeTestServices: true })
)
keptAnswersContract(
  // The clock outermost: the stack brings the system's.
  layer(TestClock.layer().pipe(Layer.provideMerge(TestStack("peopled"))), { excludeTestServices: true })
)
