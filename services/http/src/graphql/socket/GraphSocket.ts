import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { sourceOf } from "@opsdesk/access/sourceOf"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { tokenOf } from "@opsdesk/serving/handshake"
import { unauthenticated, unavailable } from "@opsdesk/serving/refusal"
import type { Arrival } from "@opsdesk/serving/Sockets"
import { serveSockets } from "@opsdesk/serving/Sockets"
import { originsOf } from "@opsdesk/stack/origins"
import { Settings } from "@opsdesk/stack/Settings"
import { Clock, Effect, Layer } from "effect"
import { GRAPHQL_TRANSPORT_WS_PROTOCOL as protocol } from "graphql-ws"
import { GraphDocuments } from "../documents.ts"
import type { GraphDesks } from "../graphContext.ts"
import { converse } from "./connection.ts"
import { wireOf } from "./wireOf.ts"

/** GraphQL by `graphql-transport-ws` at the same address as by HTTP, of the same actors and within the same limits. */
export const GraphSocket = Layer.effectDiscard(Effect.gen(function*() {
  const desks = yield* Effect.context<GraphDesks>()
  const settings = yield* Settings
  const access = yield* AccessDesk
  const rooms = yield* Rooms
  const limits = yield* RateLimits
  const readDocument = yield* GraphDocuments
  const clock = yield* Clock.Clock
  const figures = settings.limits.on ? settings.limits.figures.sockets : null
  const now = () => clock.currentTimeMillisUnsafe()
  const { authenticate } = access

  const attend = Effect.fnUntraced(function*({ ip, open, request, seat, stream }: Arrival) {
    const token = tokenOf(request)
    // Whoever brings a token hears before anything is opened that it lets nobody in.
    if (token !== null) {
      yield* authenticate(token).pipe(
        Effect.mapError(({ _tag }) => _tag === "Unauthenticated" ? unauthenticated(true) : unavailable)
      )
    }
    const socket = yield* open
    const wire = wireOf({ socket, stream, figures, now })
    yield* converse({ socket, wire, seat, rooms, token, authenticate, asking: { desks, readDocument, limits, ip } })
  })

  yield* serveSockets({ address: "/graphql", protocol, origins: originsOf(settings), figures, sourceOf, attend })
}))
