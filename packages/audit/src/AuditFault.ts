/** Something that is not as it was sealed, and where. */
export interface AuditFault {
  /** The positions that it is about; null when it lies outside of what is sealed. */
  readonly positions: { readonly first: number; readonly last: number } | null
  /** The number of the batch that it is about, where there is one. */
  readonly batch: number | null
  readonly says: string
}

/** What a look at the whole record has come to. */
export interface AuditReport {
  /** Sealed rows that were looked at, and the batches that they are in. */
  readonly rows: number
  readonly batches: number
  /** Rows that are not sealed yet: nothing vouches for them so far, and nothing is wrong with that. */
  readonly waiting: number
  /** The first ones; `faultCount` says how many there are. */
  readonly faults: ReadonlyArray<AuditFault>
  readonly faultCount: number
}

/** No reader wants more of them. */
const faultsShown = 1000

export const faultList = () => {
  const shown: Array<AuditFault> = []
  let count = 0
  return {
    add: (fault: AuditFault) => {
      if (shown.length < faultsShown) shown.push(fault)
      count++
    },
    shown,
    count: () => count
  }
}

export const rangeOf = (first: number, last: number): { readonly first: number; readonly last: number } => ({
  first: Math.min(first, last),
  last: Math.max(first, last)
})

/** One line for a person. */
export const faultLine = ({ batch, positions, says }: AuditFault): string => {
  const place = positions === null
    ? batch === null ? "" : `batch ${batch}: `
    : positions.first === positions.last
    ? `position ${positions.first}: `
    : `positions ${positions.first} to ${positions.last}: `
  return `${place}${says}`
}
