import { OpsDesk } from "@opsdesk/client/OpsDesk"
import { Realtime } from "@opsdesk/client/Realtime"
import type { Message, Ticket, Visibility } from "@opsdesk/client/things"
import type { Trouble } from "@opsdesk/client/troubleOf"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { useQueryClient } from "@tanstack/react-query"
import { Effect, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import { useState } from "react"
import { ask } from "./desk.ts"
import { addMessage } from "./queries.ts"

/** A message that the desk does not have yet, as far as this page knows. */
export interface Outgoing {
  readonly clientMessageId: string
  readonly body: string
  readonly visibility: Visibility
  /** Why it was not taken; null while it is on its way. */
  readonly trouble: Trouble | null
}

/** A live connection that has not brought a message to the desk by then is helped out by a request. */
const impatient = "3 seconds"

const passing: ReadonlyArray<string> = ["unreachable", "dependency-unavailable"]
const untilOpen = Schedule.spaced("3 seconds").pipe(Schedule.jittered)

/** By whichever way is first: the desk knows a message by its name, and takes it once. */
const send = (ticketId: Ticket["id"], { body, clientMessageId, visibility }: Outgoing) =>
  Effect.gen(function*() {
    const live = yield* Realtime
    const { rest } = yield* OpsDesk
    const payload = { body, clientMessageId, visibility }
    const byRequest = rest.messages.sendMessage({ params: { id: ticketId }, payload }).pipe(
      Effect.map(({ body }) => body.data),
      Effect.delay(impatient),
      // Neither way is open: the message goes by whichever is, later.
      Effect.retry({ while: (error) => passing.includes(troubleOf(error).code), schedule: untilOpen })
    )
    return yield* Effect.raceFirst(live.send({ ticketId, ...payload }), byRequest)
  })

const newName = Effect.map(SecureRandom.SecureRandom, (random) => random.uuidV4()).pipe(
  Effect.flatten,
  Effect.provide(SecureRandom.layerWebCrypto)
)

/** Messages on their way to a ticket: shown at once, and with a way to try again where the desk did not take one. */
export const useOutgoing = (ticketId: Ticket["id"]) => {
  const client = useQueryClient()
  const [outgoing, setOutgoing] = useState<ReadonlyArray<Outgoing>>([])

  const arrived = ({ clientMessageId }: Pick<Message, "clientMessageId">) =>
    setOutgoing((known) => known.filter((one) => one.clientMessageId !== clientMessageId))

  const attempt = async (message: Outgoing) => {
    setOutgoing((known) => [
      ...known.filter(({ clientMessageId }) => clientMessageId !== message.clientMessageId),
      { ...message, trouble: null }
    ])
    try {
      const sent = await ask(send(ticketId, message))
      addMessage(client, sent)
      arrived(sent)
    } catch (error) {
      const trouble = troubleOf(error)
      setOutgoing((known) =>
        known.map((one) => one.clientMessageId === message.clientMessageId ? { ...one, trouble } : one)
      )
    }
  }

  return {
    outgoing,
    arrived,
    again: attempt,
    drop: arrived,
    say: async (body: string, visibility: Visibility) =>
      attempt({ clientMessageId: await ask(newName), body, visibility, trouble: null })
  }
}
