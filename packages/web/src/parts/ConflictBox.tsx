import { Button } from "@mantine/core"
import type { Ticket } from "@opsdesk/client/things"
import type { Overtaken, Part } from "../changes.ts"
import { partWords } from "../words.ts"

interface Props {
  readonly overtaken: Overtaken
  /** As it stands now. */
  readonly ticket: Ticket
  readonly inWords: (part: Part, ticket: Pick<Ticket, Part>) => string
  readonly insist: () => void
  readonly leave: () => void
}

/** Two have decided otherwise about one thing: what each of them wanted, and what now. */
export const ConflictBox = ({ insist, inWords, leave, overtaken: { before, wish }, ticket }: Props) => {
  const { part, to } = wish
  return (
    <div className="trouble conflict" role="alert">
      <strong>Somebody changed the {partWords[part]} meanwhile</strong>
      <dl>
        <dt>Before</dt>
        <dd>{inWords(part, before)}</dd>
        <dt>Now</dt>
        <dd>{inWords(part, ticket)}</dd>
        <dt>You want</dt>
        <dd>{inWords(part, { ...before, [part]: to })}</dd>
      </dl>
      <div className="choices">
        <Button size="xs" variant="default" onClick={insist}>Use mine</Button>
        <Button size="xs" variant="default" onClick={leave}>Keep theirs</Button>
      </div>
    </div>
  )
}
