import { assert } from "@effect/vitest"
import type { DeadLetter, Delivery, Outgoing, Queue as BrokerQueue, Settlement } from "@opsdesk/capabilities/Broker"
import { Broker, deadName, delayNames, handedOutAtMost, Unroutable } from "@opsdesk/capabilities/Broker"
import { Clock, Deferred, Duration, Effect, Fiber, Queue, Schedule } from "effect"
import type { Suite } from "./Suite.ts"

export const done: Settlement = { _tag: "Done" }
const retry = (step: number, error = "not now"): Settlement => ({ _tag: "Retry", step, error })
const dead = (error: string): Settlement => ({ _tag: "Dead", error })

/** A word that no other test has in its types and names. */
export const ownWord = () => `w${globalThis.crypto.randomUUID().replaceAll("-", "")}`

export const queueOf = (name: string, types: ReadonlyArray<string>, prefetch = 50): BrokerQueue => ({
  name: `opsdesk.${name}`,
  types,
  delays: [Duration.millis(150), Duration.millis(600)],
  prefetch
})

export const message = (type: string, body: string, queue?: BrokerQueue): Outgoing => ({
  id: `id of ${body.slice(0, 40)}`,
  type,
  body,
  ...(queue === undefined ? {} : { queue: queue.name })
})

/** Consumes until the test ends, answers by `answer`, and notes what it was given once that is answered. */
export const consuming = Effect.fnUntraced(function*(
  queue: BrokerQueue,
  answer: (delivery: Delivery) => Settlement = () => done
) {
  const { consume } = yield* Broker
  const got = yield* Queue.unbounded<Delivery>()
  const fiber = yield* Effect.forkScoped(
    consume(queue, (deliveries) =>
      Effect.sync(() => {
        const settlements = deliveries.map(answer)
        Queue.offerAllUnsafe(got, deliveries)
        return settlements
      })),
    { startImmediately: true }
  )
  return { next: Queue.take(got), take: (n: number) => Queue.takeN(got, n), stop: Fiber.interrupt(fiber) }
})

const burying = Effect.fnUntraced(function*(queue: BrokerQueue) {
  const { consumeDead } = yield* Broker
  const got = yield* Queue.unbounded<DeadLetter>()
  yield* Effect.forkScoped(consumeDead(queue, (letters) => Effect.asVoid(Queue.offerAll(got, letters))))
  return got
})

const bodies = (deliveries: ReadonlyArray<Delivery>) => deliveries.map(({ body }) => body)

/** Waits until the queues, their delays and dead letters hold so many; a broker may count a moment later. */
export const untilDepths = Effect.fnUntraced(function*(
  queue: BrokerQueue,
  expected: { readonly ready?: number; readonly delayed?: ReadonlyArray<number>; readonly dead?: number }
) {
  const { depths } = yield* Broker
  const wanted = [expected.ready ?? 0, ...(expected.delayed ?? queue.delays.map(() => 0)), expected.dead ?? 0]
  const names = [queue.name, ...delayNames(queue), deadName(queue)]
  yield* depths([queue]).pipe(
    Effect.map((all) => names.map((name) => all.get(name))),
    Effect.repeat({
      schedule: Schedule.spaced("20 millis"),
      until: (found) => found.every((depth, at) => depth === wanted[at])
    })
  )
})

/** What every `Broker` owes. Time is the system's: a broker keeps its own. */
export const brokerContract = (suite: Suite<Broker>): void => {
  suite("a broker", (it) => {
    it.effect("gives each queue what it asked for, in the order in which it was published, and nothing else", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const one = queueOf(`${word}.one`, [`${word}.created`, `${word}.*.moved`])
        const all = queueOf(`${word}.all`, [`${word}.#`])
        yield* declare([one, all])
        yield* declare([all])
        const types = ["created", "updated", "created", "a.moved", "a.b.moved", "moved", "created.twice"]
        yield* publish(types.map((type, at) => message(`${word}.${type}`, `${type} ${at}`)))
        yield* publish([message(word, "the word alone"), message(`${word}.created`, "last")])
        const ofOne = yield* consuming(one)
        assert.deepStrictEqual(yield* ofOne.take(4), [
          { id: "id of created 0", type: `${word}.created`, body: "created 0", retries: 0, redelivered: false },
          { id: "id of created 2", type: `${word}.created`, body: "created 2", retries: 0, redelivered: false },
          { id: "id of a.moved 3", type: `${word}.a.moved`, body: "a.moved 3", retries: 0, redelivered: false },
          { id: "id of last", type: `${word}.created`, body: "last", retries: 0, redelivered: false }
        ])
        const ofAll = yield* consuming(all)
        assert.deepStrictEqual(bodies(yield* ofAll.take(9)), [
          ...types.map((type, at) => `${type} ${at}`),
          "the word alone",
          "last"
        ])
        yield* Effect.all([untilDepths(one, {}), untilDepths(all, {})])
      }))

    it.effect("gives a queue that asks twice for a type one message, and one that asks anew goes on with the old too", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const before = queueOf(word, [`${word}.created`, `${word}.*`])
        yield* declare([before])
        yield* declare([{ ...before, types: [`${word}.b.c`] }])
        yield* publish([message(`${word}.created`, "old"), message(`${word}.b.c`, "new"), message(`${word}.x`, "last")])
        const { take } = yield* consuming(before)
        assert.deepStrictEqual(bodies(yield* take(3)), ["old", "new", "last"])
        yield* untilDepths(before, {})
      }))

    it.effect("gives what is for one queue to that queue alone, whatever it has asked for", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const one = queueOf(`${word}.one`, [`${word}.other`])
        const all = queueOf(`${word}.all`, [`${word}.#`])
        yield* declare([one, all])
        yield* publish([message(`${word}.created`, "again", one), message(`${word}.created`, "for all who asked")])
        assert.deepStrictEqual(bodies(yield* (yield* consuming(one)).take(1)), ["again"])
        assert.deepStrictEqual(bodies(yield* (yield* consuming(all)).take(1)), ["for all who asked"])
        yield* Effect.all([untilDepths(one, {}), untilDepths(all, {})])
      }))

    it.effect("says which messages no queue takes, and has kept the others", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.created`])
        const missing = queueOf(`${word}.missing`, [])
        yield* declare([queue])
        const refused = yield* Effect.flip(publish([
          message(`${word}.nobody`, "lost 1"),
          message(`${word}.created`, "kept"),
          message(`${word}.created`, "lost 2", missing)
        ]))
        assert.instanceOf(refused, Unroutable)
        assert.deepStrictEqual(refused.ids, ["id of lost 1", "id of lost 2"])
        assert.deepStrictEqual(bodies(yield* (yield* consuming(queue)).take(1)), ["kept"])
        yield* untilDepths(queue, {})
      }))

    it.effect("brings back what is to be tried again, not before its delay, to its own queue only, and counts", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const mine = queueOf(`${word}.mine`, [`${word}.#`])
        const other = queueOf(`${word}.other`, [`${word}.#`])
        yield* declare([mine, other])
        const handed: Array<number> = []
        const clock = yield* Clock.Clock
        const { take } = yield* consuming(mine, ({ body, retries }) => {
          if (body !== "failing") return done
          handed.push(clock.currentTimeMillisUnsafe())
          // The third names a step beyond the last, which is the last.
          return [retry(0), retry(1), retry(9)][retries] ?? done
        })
        yield* publish([message(`${word}.x`, "failing"), message(`${word}.x`, "good")])
        assert.deepStrictEqual(bodies(yield* take(2)), ["failing", "good"])
        const again = yield* take(3)
        assert.deepStrictEqual(
          again.map(({ body, id, redelivered, retries, type }) => [id, type, body, retries, redelivered]),
          [1, 2, 3].map((retries) => ["id of failing", `${word}.x`, "failing", retries, false])
        )
        const [first = 0, second = 0, third = 0, fourth = 0] = handed
        assert.isAtLeast(second - first, 150)
        assert.isAtLeast(third - second, 600)
        assert.isAtLeast(fourth - third, 600)
        const { take: takeOther } = yield* consuming(other)
        assert.deepStrictEqual(bodies(yield* takeOther(2)), ["failing", "good"])
        yield* Effect.all([untilDepths(mine, {}), untilDepths(other, {})])
      }))

    it.effect("brings back what waits in a delay that its queue has no more", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const before = queueOf(word, [`${word}.#`], 1)
        yield* declare([before])
        const { stop, take } = yield* consuming(before, ({ body }) => body === "waits" ? retry(1) : done)
        yield* publish([message(`${word}.x`, "waits"), message(`${word}.x`, "next")])
        // Handed out one by one: the first is settled once the second is there.
        yield* take(2)
        yield* stop
        const { next } = yield* consuming({ ...before, delays: before.delays.slice(0, 1) })
        let again = yield* next
        while (again.body !== "waits") again = yield* next
        assert.strictEqual(again.retries, 1)
        yield* declare([before])
        yield* untilDepths(before, {})
      }))

    it.effect("keeps what waits for its next try apart, and counts it there", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const queue = { ...queueOf(word, [`${word}.#`]), delays: [Duration.seconds(60), Duration.seconds(90)] }
        yield* declare([queue])
        yield* publish([1, 2, 3].map((n) => message(`${word}.x`, String(n))))
        yield* untilDepths(queue, { ready: 3 })
        const { stop, take } = yield* consuming(queue, ({ body }) => retry(body === "1" ? 0 : 1))
        yield* take(3)
        yield* untilDepths(queue, { delayed: [1, 2] })
        yield* stop
      }))

    it.effect("hands out again what an interrupted consumer has not settled, and says so", () =>
      Effect.gen(function*() {
        const { consume, declare, publish } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`], 10)
        yield* declare([queue])
        yield* publish([message(`${word}.x`, "1"), message(`${word}.x`, "2")])
        const begun = yield* Deferred.make<ReadonlyArray<Delivery>>()
        const stuck = yield* consume(
          queue,
          (deliveries) => Effect.andThen(Deferred.succeed(begun, deliveries), Effect.never)
        ).pipe(Effect.forkChild)
        const first = yield* Deferred.await(begun)
        assert.strictEqual(first[0]?.redelivered, false)
        yield* Fiber.interrupt(stuck)
        const { take } = yield* consuming(queue)
        const again = yield* take(2)
        assert.deepStrictEqual(bodies(again), ["1", "2"])
        assert.deepStrictEqual([again[0]?.redelivered, again[0]?.retries], [true, 0])
        yield* untilDepths(queue, {})
      }))

    it.effect("hands out again what a consumer that died has not settled, and tells its supervisor why", () =>
      Effect.gen(function*() {
        const { consume, declare, publish } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`])
        yield* declare([queue])
        yield* publish([message(`${word}.x`, "deadly")])
        const why = new Error("died of it")
        const defect = yield* consume(queue, () => Effect.die(why)).pipe(
          Effect.catchDefect((found) => Effect.succeed(found))
        )
        assert.strictEqual(defect, why)
        const [again] = yield* (yield* consuming(queue)).take(1)
        assert.deepStrictEqual([again?.body, again?.redelivered], ["deadly", true])
      }))

    it.effect("keeps the dead with their cause, and hands them out until somebody has kept them", () =>
      Effect.gen(function*() {
        const { consumeDead, declare, publish } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`])
        yield* declare([queue])
        yield* publish([message(`${word}.x`, "bad"), message(`${word}.x`, "good"), message(`${word}.x`, "worse")])
        const { take } = yield* consuming(queue, ({ body, retries }) => {
          if (body === "good") return done
          return body === "worse" && retries === 0 ? retry(0, "still hoping") : dead(`${body}: too bad, é€😀`)
        })
        yield* take(4)
        yield* untilDepths(queue, { dead: 2 })
        const begun = yield* Deferred.make<void>()
        const stuck = yield* consumeDead(queue, () => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
          .pipe(Effect.forkChild)
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(stuck)
        const letters = yield* Queue.takeN(yield* burying(queue), 2)
        assert.deepStrictEqual(letters.map(({ body, error, id, retries, type }) => [id, type, body, retries, error]), [
          ["id of bad", `${word}.x`, "bad", 0, "bad: too bad, é€😀"],
          ["id of worse", `${word}.x`, "worse", 1, "worse: too bad, é€😀"]
        ])
        yield* untilDepths(queue, {})
      }))

    it.effect("gives up what takes its consumer down each time, and goes on with the next", () =>
      Effect.gen(function*() {
        const { consume, declare, publish } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`], 1)
        yield* declare([queue])
        yield* publish([message(`${word}.x`, "deadly"), message(`${word}.x`, "good")])
        let deaths = 0
        const survived = yield* Deferred.make<string>()
        yield* consume(queue, (deliveries) => {
          const [first] = bodies(deliveries)
          if (first === "deadly") return Effect.die(new Error(`death ${++deaths}`))
          return Effect.as(Deferred.succeed(survived, first ?? ""), [done])
        }).pipe(Effect.catchDefect(() => Effect.void), Effect.forever, Effect.forkScoped)
        assert.strictEqual(yield* Deferred.await(survived), "good")
        // Some count the first time that it is handed out, some from the second on.
        assert.isTrue(deaths === handedOutAtMost || deaths === handedOutAtMost + 1, `${deaths} deaths`)
        const letter = yield* Queue.take(yield* burying(queue))
        assert.deepStrictEqual([letter.body, letter.id, letter.type], ["deadly", "id of deadly", `${word}.x`])
        assert.match(letter.error ?? "", /delivery_limit|never settled/)
      }))

    it.effect("settles each of a chunk as its consumer says", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const queue = { ...queueOf(word, [`${word}.#`]), delays: [Duration.seconds(60)] }
        yield* declare([queue])
        yield* publish(Array.from({ length: 30 }, (_, n) => message(`${word}.x`, String(n))))
        const { stop, take } = yield* consuming(queue, ({ body }) =>
          [done, retry(0), dead("no")][Number(body) % 3] ?? done)
        yield* take(30)
        yield* untilDepths(queue, { delayed: [10], dead: 10 })
        yield* stop
        assert.lengthOf(yield* Queue.takeN(yield* burying(queue), 10), 10)
      }))

    it.effect("lets two consumers share a queue: each message is for one of them", () =>
      Effect.gen(function*() {
        const { consume, declare, publish } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`], 5)
        yield* declare([queue])
        yield* publish(Array.from({ length: 40 }, (_, n) => message(`${word}.x`, String(n))))
        const got = yield* Queue.unbounded<string>()
        // Each waits until the other has been given something too.
        const both = yield* Deferred.make<void>()
        let begun = 0
        for (const _ of ["one", "another"]) {
          let first = true
          yield* Effect.forkScoped(consume(queue, (deliveries) =>
            Effect.gen(function*() {
              assert.isAtMost(deliveries.length, 5)
              if (first && ++begun === 2) yield* Deferred.succeed(both, undefined)
              first = false
              yield* Deferred.await(both)
              yield* Queue.offerAll(got, bodies(deliveries))
              return deliveries.map(() => done)
            })))
        }
        const all = yield* Queue.takeN(got, 40)
        assert.deepStrictEqual([...all].map(Number).toSorted((a, b) => a - b), Array.from({ length: 40 }, (_, n) => n))
        yield* untilDepths(queue, {})
        assert.strictEqual(yield* Queue.size(got), 0)
      }))

    it.effect("takes thousands at once, small and large, and gives them back in order and whole", () =>
      Effect.gen(function*() {
        const { declare, publish } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`], 200)
        yield* declare([queue])
        const large = `"é€😀\\u0000'${"x".repeat(300_000)}`
        const sent = Array.from({ length: 3000 }, (_, n) => `${n}${n === 7 ? large : ""}`)
        const { take } = yield* consuming(queue)
        yield* publish(sent.map((body) => message(`${word}.x`, body)))
        assert.deepStrictEqual(bodies(yield* take(3000)), sent)
        yield* untilDepths(queue, {})
        yield* publish([])
      }))
  })
}
