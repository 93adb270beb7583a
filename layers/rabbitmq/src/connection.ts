import type { Channel, ChannelModel } from "amqplib"
import { connect } from "amqplib"
import { Data, Deferred, Effect, Redacted } from "effect"
import { Duplex } from "node:stream"

/** A connection or a channel that is no more, or that could not be opened. */
export class Lost extends Data.TaggedError("Lost")<{ readonly why: string }> {
  override get message(): string {
    return this.why
  }
}

/** The library's errors name addresses at most, never the URL with its password. */
export const lostBy = (error: unknown): Lost => new Lost({ why: error instanceof Error ? error.message : "closed" })

/** What the library does, as an effect that fails with `Lost`. */
export const attempt = <A>(what: () => Promise<A>): Effect.Effect<A, Lost> =>
  Effect.tryPromise({ try: what, catch: lostBy })

/** Some part of the wire, and when it is lost. */
export interface Opened<A> {
  readonly it: A
  /** Fails once it is closed, by whomever. */
  readonly lost: Effect.Effect<never, Lost>
}

/** An emitter that nobody hears an error of would end the process: this hears all of them, for good. */
const watched = <A extends ChannelModel | Channel>(it: A): Opened<A> => {
  const lost = Deferred.makeUnsafe<never, Lost>()
  let why: unknown = null
  it.on("error", (error: unknown) => {
    why = error
  })
  it.on("close", (error: unknown) => {
    // A lost connection tells its channels before it knows itself closed; closing it in between would wait for an answer.
    setImmediate(() => Deferred.doneUnsafe(lost, Effect.fail(lostBy(why ?? error))))
  })
  return { it, lost: Deferred.await(lost) }
}

/** Closing waits for an answer, which may never come. */
const closed = (it: ChannelModel | Channel) =>
  attempt(() => it.close()).pipe(
    Effect.interruptible,
    Effect.timeoutOption("2 seconds"),
    // It is closed already, or lost: what was wanted.
    Effect.catchTag("Lost", () => Effect.void)
  )

/** Null where it is gone. The library's types do not tell of it. */
const socketOf = (connection: ChannelModel): Duplex | null => {
  const socket: unknown = Reflect.get(connection.connection, "stream")
  return socket instanceof Duplex && !socket.destroyed ? socket : null
}

/**
 * Ends a connection without a word to the other end, which may say nothing any more. The library notices that it is lost
 * by the error.
 */
export const hangUp = (connection: ChannelModel, why: string) =>
  Effect.sync(() => void socketOf(connection)?.destroy(new Error(why)))

/**
 * Has what is published in this turn of the loop leave in one piece. The library writes message by message, in the
 * `setImmediate` after this turn: what comes after the next one comes after that.
 */
export const inOnePiece = (connection: ChannelModel): void => {
  const socket = socketOf(connection)
  if (socket === null) return
  socket.cork()
  setImmediate(() => setImmediate(() => socket.uncork()))
}

export interface Address {
  readonly url: Redacted.Redacted<string>
  /** How the server's own views name the connection. */
  readonly name: string
}

/** A half-open connection is noticed after two of these. */
const heartbeatSeconds = "10"

/** A connection for as long as the scope lives, or it does. */
export const openConnection = ({ name, url }: Address) =>
  Effect.acquireRelease(
    attempt(async () => {
      const target = new URL(Redacted.value(url))
      if (!target.searchParams.has("heartbeat")) target.searchParams.set("heartbeat", heartbeatSeconds)
      return watched(
        await connect(target.href, {
          timeout: 5000,
          noDelay: true,
          keepAlive: true,
          clientProperties: { connection_name: name }
        })
      )
    }),
    ({ it }) => Effect.andThen(closed(it), hangUp(it, "closed"))
  )

export const openChannel = (connection: ChannelModel) =>
  Effect.acquireRelease(
    attempt(async () => watched(await connection.createChannel())),
    ({ it }) => closed(it)
  )

/** It ends with its connection. */
export const openConfirmChannel = (connection: ChannelModel) =>
  attempt(async () => watched(await connection.createConfirmChannel()))
