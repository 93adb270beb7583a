import type { ReactNode } from "react"
import type { Names } from "../people.ts"
import { Lock } from "./icons.tsx"
import { Initials } from "./Initials.tsx"

interface Props {
  readonly authorId: string
  /** Null where what it says is being changed, and stands among the children. */
  readonly body: string | null
  readonly isNote: boolean
  readonly mine: boolean
  readonly names: Names
  readonly when: ReactNode
  readonly state?: "sending" | "failed"
  /** What can be done with it. */
  readonly action?: ReactNode
  readonly children?: ReactNode
}

/** What somebody has said on a ticket. */
export const Said = ({ action, authorId, body, children, isNote, mine, names, state, when }: Props) => (
  <li className="said" data-note={isNote} data-mine={mine} data-state={state}>
    <Initials id={authorId} name={names.inFull(authorId)} />
    <div className="bubble">
      <p className="said-head">
        <strong>{names.of(authorId)}</strong>
        {isNote
          ? (
            <span className="note-mark">
              <Lock /> Internal note
            </span>
          )
          : null}
        <span className="quiet">{when}</span>
        {action}
      </p>
      {body === null ? null : <div className="body">{body}</div>}
      {children}
    </div>
  </li>
)
