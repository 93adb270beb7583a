import { OpsDesk } from "@opsdesk/client/OpsDesk"
import type { Ticket, User, Watcher } from "@opsdesk/client/things"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import { ask } from "./desk.ts"
import { keys } from "./queries.ts"

/** Has somebody watch a ticket, or watch it no more; whichever it is already, it stays. */
export const useWatching = (id: Ticket["id"]) => {
  const client = useQueryClient()
  const queryKey = keys.watchers(id)
  return useMutation({
    mutationFn: ({ userId, watches }: { readonly userId: User["id"]; readonly watches: boolean }) =>
      ask(
        Effect.flatMap(OpsDesk, ({ rest: { watchers } }) =>
          watches
            ? Effect.map(watchers.watchTicket({ params: { id, userId } }), ({ data }): Watcher | null => data)
            : Effect.as(watchers.unwatchTicket({ params: { id, userId } }), null))
      ),
    onSuccess: async (watcher, { userId }) => {
      await client.cancelQueries({ queryKey })
      client.setQueryData<ReadonlyArray<Watcher>>(queryKey, (known = []) => {
        const others = known.filter((one) => one.userId !== userId)
        return watcher === null ? others : [...others, watcher]
      })
      // What the answer to a question that was asked before would have told.
      void client.invalidateQueries({ queryKey })
    }
  })
}
