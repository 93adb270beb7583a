interface Turn {
  /** Whether it is over for whoever asked. */
  hasLeft: boolean
  next: (() => Promise<void>) | null
}

/**
 * Has whatever is asked for under an id wait until what went by it before has come to its end, which takes longer than
 * saying so: the server of the protocol knows its operations by nothing but their ids, and takes one for the other.
 */
export class Turns {
  readonly #all = new Map<string, Turn>()
  #isOver = false

  /** Begins, or waits for its turn. False where somebody else has the turn or waits for it. */
  take(id: string, begin: () => Promise<void>): boolean {
    const turn = this.#all.get(id)
    if (turn === undefined) this.#begin(id, begin)
    else if (turn.hasLeft && turn.next === null) turn.next = begin
    else return false
    return true
  }

  /** It is over for whoever asked, and comes to its end. */
  left(id: string): void {
    const turn = this.#all.get(id)
    if (turn !== undefined) turn.hasLeft = true
  }

  /** Whoever waits under an id does not any more; what goes on under it is left. */
  giveUp(id: string): void {
    this.left(id)
    const turn = this.#all.get(id)
    if (turn !== undefined) turn.next = null
  }

  /** Nobody has another turn. */
  end(): void {
    this.#isOver = true
  }

  #begin(id: string, begin: () => Promise<void>): void {
    const turn: Turn = { hasLeft: false, next: null }
    const ended = () => {
      this.#all.delete(id)
      if (turn.next !== null && !this.#isOver) this.#begin(id, turn.next)
    }
    this.#all.set(id, turn)
    void begin().finally(ended)
  }
}
