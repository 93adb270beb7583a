import { layer } from "@effect/vitest"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { brokerContract } from "../../../packages/capabilities/test/contracts/BrokerContract.ts"
import { TestRabbit } from "./fixtures.ts"

whenReachable("rabbitmq", (url) => brokerContract(layer(TestRabbit(url), { excludeTestServices: true })))
