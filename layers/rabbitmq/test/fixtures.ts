export { bareChannel, ownPrefix, TestRabbit, Tidy } from "@opsdesk/testkit/TestRabbit"
