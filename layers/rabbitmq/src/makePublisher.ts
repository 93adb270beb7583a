import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { ChannelModel, ConfirmChannel, Options } from "amqplib"
import { IllegalOperationError } from "amqplib"
import type { Duration, Scope } from "effect"
import { Array, Deferred, Effect, Latch, Semaphore } from "effect"
import type { Lost, Opened } from "./connection.ts"
import { hangUp, inOnePiece, openConfirmChannel } from "./connection.ts"
import { makeLink, unavailable } from "./makeLink.ts"

/** A message on its way out. */
export interface Letter {
  readonly exchange: string
  readonly routingKey: string
  readonly id: string | null
  readonly content: Buffer
  readonly properties: Options.Publish
}

export interface PublisherOptions {
  /** How many messages may be on their way without a confirm. */
  readonly window: number
  /** How long the server may take for the next confirm, or to take messages again that it has blocked. */
  readonly patience: Duration.Duration
}

/** What the server names a message by when it gives it back; the id alone may be on its way to two queues. */
const nameOf = (exchange: string, routingKey: string, id: unknown) =>
  [exchange, routingKey, typeof id === "string" ? id : ""].join("\0")

/** One confirming channel on a connection of its own, as the server holds up whole connections that publish. */
interface Line {
  readonly channel: ConfirmChannel
  /** Given back by the confirm alone, so that what is unconfirmed never grows beyond it, blocked or not. */
  readonly window: Semaphore.Semaphore
  /** Shut while the server takes no messages: it is short of memory or disk. */
  readonly open: Latch.Latch
  readonly isBlocked: () => boolean
  /** Names of those that no queue took; told just before they are confirmed. */
  readonly returned: Set<string>
  /** Has the messages of one turn share a write. */
  readonly gather: () => void
  readonly giveUp: Effect.Effect<void>
}

const lineOn = Effect.fnUntraced(function*(connection: Opened<ChannelModel>, size: number) {
  const channel = yield* openConfirmChannel(connection.it)
  const open = yield* Latch.make(true)
  const returned = new Set<string>()
  let blocked = false
  channel.it.on("return", ({ fields, properties }) => {
    returned.add(nameOf(fields.exchange, fields.routingKey, properties.messageId))
  })
  connection.it.on("blocked", () => {
    blocked = true
    open.closeUnsafe()
  })
  connection.it.on("unblocked", () => {
    blocked = false
    open.openUnsafe()
  })
  const line: Line = {
    channel: channel.it,
    window: Semaphore.makeUnsafe(size),
    open,
    isBlocked: () => blocked,
    returned,
    gather: () => inOnePiece(connection.it),
    giveUp: hangUp(connection.it, "no confirms come")
  }
  const lost = Effect.raceFirst(connection.lost, channel.lost)
  return { it: line, lost } satisfies Opened<Line>
})

/** Publishes with confirms, in order, and tells which messages no queue takes. */
export const makePublisher = Effect.fnUntraced(function*(
  connect: Effect.Effect<Opened<ChannelModel>, Lost, Scope.Scope>,
  { patience, window }: PublisherOptions
) {
  const link = yield* makeLink("publishing", Effect.flatMap(connect, (connection) => lineOn(connection, window)))
  const atOnce = Math.min(32, window)

  const inTime = (line: Line) => <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | DependencyUnavailable> =>
    Effect.timeoutOrElse(effect, {
      duration: patience,
      // A server that blocks has said so, and keeps what it has been given. One that says nothing has been lost.
      orElse: () => Effect.andThen(line.isBlocked() ? Effect.void : line.giveUp, Effect.fail(unavailable))
    })

  return Effect.fnUntraced(function*(letters: ReadonlyArray<Letter>) {
    if (letters.length === 0) return []
    const line = yield* link.get
    const nowhere: Array<Letter> = []
    const confirmed = Deferred.makeUnsafe<void, DependencyUnavailable>()
    let settled = 0

    const settle = (letter: Letter, error: unknown) => {
      Effect.runSync(line.window.release(1))
      settled++
      if (error !== null) Deferred.doneUnsafe(confirmed, Effect.fail(unavailable))
      else if (line.returned.delete(nameOf(letter.exchange, letter.routingKey, letter.id))) nowhere.push(letter)
      if (settled === letters.length) Deferred.doneUnsafe(confirmed, Effect.void)
    }

    /** A closed channel throws, and so does what cannot be encoded, after which the library counts confirms wrongly. */
    const send = (chunk: ReadonlyArray<Letter>) =>
      Effect.suspend((): Effect.Effect<void, DependencyUnavailable> => {
        try {
          line.gather()
          for (const letter of chunk) {
            line.channel.publish(letter.exchange, letter.routingKey, letter.content, {
              ...letter.properties,
              ...(letter.id === null ? {} : { messageId: letter.id }),
              persistent: true,
              mandatory: true
            }, (error) => settle(letter, error))
          }
          return Effect.void
        } catch (error) {
          return Effect.andThen(
            line.giveUp,
            error instanceof IllegalOperationError ? Effect.fail(unavailable) : Effect.die(error)
          )
        }
      })

    for (const chunk of Array.chunksOf(letters, atOnce)) {
      yield* Effect.uninterruptibleMask((restore) =>
        restore(inTime(line)(Effect.andThen(line.open.await, line.window.take(chunk.length)))).pipe(
          Effect.andThen(send(chunk))
        )
      )
    }
    yield* inTime(line)(Deferred.await(confirmed))
    return nowhere
  })
})
