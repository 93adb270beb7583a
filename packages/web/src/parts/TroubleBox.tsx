import { Button } from "@mantine/core"
import { troubleOf } from "@opsdesk/client/troubleOf"

interface Props {
  readonly error: unknown
  readonly again?: () => void
}

/** What went wrong, in plain words, and what can be done about it. */
export const TroubleBox = ({ again, error }: Props) => {
  const { code, detail, fields, requestId, title } = troubleOf(error)
  return (
    <div className="trouble" role="alert">
      <strong>{title}</strong>
      <p>{detail}</p>
      {fields.size === 0 ? null : (
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
    </div>
  )
}
