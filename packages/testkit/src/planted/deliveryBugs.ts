import type { PlantedBug } from "./bugs.ts"

const lost = "each event takes effect at each consumer"
const once = "no event takes effect twice at a consumer"
const inOrder = "events of one ticket take effect in their order"
const poison = "poison is given up, and nothing with it"

/** What events are lost, doubled or disordered by in other desks. `pnpm test:planted` proves that each is noticed here. */
export const deliveryBugs: ReadonlyArray<PlantedBug> = [
  {
    name: "a message is settled before what it leads to is committed",
    promise: lost,
    file: "layers/postgres/src/queueRounds.ts",
    right: "const moved = yield* Effect.raceFirst(work(taken), heartbeat(held))",
    wrong: "yield* settle(held, [])\n        const moved = yield* work(taken)",
    project: "worker",
    test: "test/kills.test.ts",
    title: "lose nothing, do nothing twice and keep the order of each ticket, on PostgreSQL"
  },
  {
    name: "the outbox is emptied before the broker has what it held",
    promise: lost,
    file: "packages/events/src/OutboxRelay.ts",
    right: `      yield* publish(queues, due.map(outgoing))
      yield* reached("after-publish-before-delete")
      return yield* alone(store.published(relay, leases, due.map(({ position }) => position)))
`,
    wrong: `      const deleted = yield* alone(store.published(relay, leases, due.map(({ position }) => position)))
      yield* reached("after-publish-before-delete")
      yield* publish(queues, due.map(outgoing))
      return deleted
`,
    project: "worker",
    test: "test/kills.test.ts",
    title: "lose nothing, do nothing twice and keep the order of each ticket, on PostgreSQL"
  },
  {
    name: "the inbox is written outside the transaction of the effect",
    promise: lost,
    file: "packages/events/src/Inbox.ts",
    right: "(events: ReadonlyArray<EventEnvelope>) =>\n        atomic(Effect.gen(function*() {",
    wrong: "(events: ReadonlyArray<EventEnvelope>) =>\n        reading(Effect.gen(function*() {",
    project: "worker",
    test: "test/kills.test.ts",
    title: "lose nothing, do nothing twice and keep the order of each ticket, on PostgreSQL"
  },
  {
    name: "whoever notes an event does not hear that somebody else has just done so",
    promise: once,
    file: "packages/events/src/InboxStore.ts",
    right: "on conflict (consumer, event_id) do nothing",
    wrong: "on conflict (consumer, event_id) do update set at = now()",
    project: "events",
    test: "test/Inbox.test.ts",
    title: "that two workers are given at once takes effect once"
  },
  {
    name: "the relay goes by positions, and not by the horizon of what is still running",
    promise: "what is committed later is not passed over, and what belongs to no ticket keeps its order",
    file: "packages/events/src/OutboxStore.ts",
    right: " and o.transaction_id < pg_snapshot_xmin(pg_current_snapshot())",
    wrong: "",
    project: "events",
    test: "test/OutboxRelay.test.ts",
    title: "waits for a transaction that began before, and loses nothing of it"
  },
  {
    name: "a relay deletes without the number of its lease",
    promise: "a relay that was frozen ends nothing that is another's by then",
    file: "packages/events/src/OutboxStore.ts",
    right: "on l.partition = mine.partition and l.fence = mine.fence",
    wrong: "on l.partition = mine.partition",
    project: "events",
    test: "test/OutboxRelay.test.ts",
    title: "that was frozen past its lease deletes nothing of what is somebody else's by then"
  },
  {
    name: "whoever was stopped in the middle of a try does not look whether somebody else has made it meanwhile",
    promise: once,
    file: "packages/events/src/InboxStore.ts",
    right: "and event_id = ${id} and state in ('waiting', 'parked')\n          returning event_id",
    wrong: "and event_id = ${id}\n          returning event_id",
    project: "worker",
    test: "test/freezes.test.ts",
    title: "ends nothing that is the other's by then, does nothing twice, and works on, on PostgreSQL"
  },
  {
    name: "a courier that has lost a letter to another settles it",
    promise: "whoever was frozen settles nothing that is another's by then",
    file: "packages/notifications/src/DeliveryStore.ts",
    right: "where d.id = s.id and d.fence = s.fence and d.state = 'waiting'",
    wrong: "where d.id = s.id and d.state = 'waiting'",
    project: "notifications",
    test: "test/DeliveryStore.test.ts",
    title: "has it alone until the lease ends, and settles nothing after somebody else took it"
  },
  {
    name: "an event does not wait for the one before it",
    promise: inOrder,
    file: "packages/events/src/admission.ts",
    right: "else if (standing.clear || (",
    wrong: "else if (standing.id !== \"\" || (",
    project: "events",
    test: "test/Inbox.test.ts",
    title: "waits in the inbox for the one before it, and follows it at once; other tickets do not wait"
  },
  {
    name: "RabbitMQ's word that it has a message is not waited for",
    promise: lost,
    file: "layers/rabbitmq/src/makePublisher.ts",
    right: "    yield* inTime(line)(Deferred.await(confirmed))\n",
    wrong: "",
    project: "rabbitmq",
    test: "test/outage.test.ts",
    title: "hears it at once when the connection goes between a message and its confirm"
  },
  {
    name: "others are told before the transaction is over",
    promise: "nobody hears of what is not committed",
    file: "layers/postgres/src/PostgresTransaction.ts",
    right: "joining(effect, sql.withTransaction(effect))",
    wrong: "joining(effect, sql.withTransaction(Effect.andThen(wake, effect)))",
    project: "postgres",
    test: "test/roomBus.test.ts",
    title: "tells of what is committed, and of nothing that is not"
  },
  {
    name: "a try is counted once it has gone wrong, not before it is made",
    promise: poison,
    file: "packages/events/src/Inbox.ts",
    right: "          yield* store.count(owner, event, delayOf(attempts + 1))\n",
    wrong: "",
    project: "events",
    test: "test/Inbox.test.ts",
    title: "that ends the process each time is given up after as many tries, and what came with it is not"
  },
  {
    name: "what may have ended a process is tried together with the rest",
    promise: poison,
    file: "packages/events/src/consuming.ts",
    right: "(delivery.redelivered || delivery.retries > 0)",
    wrong: "delivery.retries > 0",
    project: "events",
    test: "test/Inbox.test.ts",
    title: "is tried by itself and counted before, once somebody was given it and did not settle it"
  },
  {
    name: "who listens to all tickets takes the end of a snapshot for the next transaction's id",
    promise: "whoever listens hears of each event once, in order",
    file: "packages/rooms/src/FeedStore.ts",
    right: "+ age(pg_snapshot_xmin(pg_current_snapshot())::xid) as next",
    wrong: "+ 0 * age(pg_snapshot_xmin(pg_current_snapshot())::xid) as next",
    project: "rooms",
    test: "test/rooms.test.ts",
    title: "misses nobody who has drawn a place with a higher id than anybody who has ended"
  }
]
