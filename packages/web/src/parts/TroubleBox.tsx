import { Button, CloseButton } from "@mantine/core"
import { troubleOf } from "@opsdesk/client/troubleOf"

interface Props {
  readonly error: unknown
  readonly again?: () => void
  /** Takes it away, where nothing else would. */
  readonly close?: () => void
  /** Plainer words than the desk's, where it is known what it must be about. */
  readonly says?: { readonly title: string; readonly detail: string } | undefined
}

/** What went wrong, in plain words, and what can be done about it. */
export const TroubleBox = ({ again, close, error, says }: Props) => {
  const { code, detail, fields, requestId, title } = { ...troubleOf(error), ...says }
  return (
    <div className="trouble" role="alert" data-closable={close !== undefined}>
      <strong>{title}</strong>
      {detail === "" ? null : <p>{detail}</p>}
      {fields.size === 0 || says !== undefined ? null : (
        <ul>
          {[...fields].map(([field, fault]) => (
            <li key={field}>
              <b>{field}</b> {fault}
            </li>
          ))}
        </ul>
      )}
      {again === undefined ? null : <Button size="xs" variant="default" onClick={again}>Try again</Button>}
      {requestId === null || code !== "internal"
        ? null
        : <small className="quiet">Tell your operator: {requestId}</small>}
      {close === undefined
        ? null
        : <CloseButton className="close" size="sm" aria-label="Close this message" onClick={close} />}
    </div>
  )
}
