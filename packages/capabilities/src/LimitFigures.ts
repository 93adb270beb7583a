import { Duration, Effect, Schema } from "effect"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 86_400 }))

/** Each of them is counted alone. */
const Few = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))

const often = (count: typeof Count, most: number, seconds: number) => {
  const Often = Schema.Struct({
    most: count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(most))),
    seconds: Seconds.pipe(Schema.withDecodingDefaultKey(Effect.succeed(seconds)))
  })
  return Often.pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))
}

const pace = (perSecond: number, burst: number) => {
  const Pace = Schema.Struct({
    perSecond: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(perSecond))),
    burst: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(burst)))
  })
  return Pace.pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))
}

const Sockets = Schema.Struct({
  perUser: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(50))),
  perAddress: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(500))),
  handshakesPerSecond: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(20))),
  framesPerSecond: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(20))),
  frameBurst: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(40)))
})

/** How much of what: every figure may be left out, and is then as in the documents. */
export const LimitFigures = Schema.Struct({
  /** Failed sign-ins of an account. */
  failedSignIns: often(Few, 10, 900),
  /** Sign-ins of an address, whatever comes of them. */
  signInAttempts: often(Count, 60, 60),
  /** Sessions that an address goes on with, whatever comes of it. */
  refreshes: often(Count, 600, 60),
  /** Of a user; so many may come at once, and so many come back each second. */
  writes: pace(50, 200),
  reads: pace(200, 800),
  /** Reads with `q`, which count as reads too. */
  searches: pace(10, 40),
  /** For whoever serves WebSockets. */
  sockets: Sockets.pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))
})
export type LimitFigures = typeof LimitFigures.Type

export const usualFigures: LimitFigures = Schema.decodeSync(LimitFigures)({})

/** What is counted, how much of it may be, and how it comes back. */
export interface Policy {
  readonly name: string
  readonly most: number
  /** In which all comes back. */
  readonly window: Duration.Duration
  /**
   * `evenly`: a token bucket. `singly`: each use comes back one window after it, so that no window at all, wherever it
   * begins, holds more than `most`.
   */
  readonly comesBack: "evenly" | "singly"
  /** Answers say nothing of it before it refuses: what is left would tell of other people. */
  readonly untold?: true
}

/** An address from which an account has signed in is known to it so long. */
const acquaintance = Duration.days(30)

export const policiesOf = ({ failedSignIns, reads, refreshes, searches, signInAttempts, writes }: LimitFigures) => {
  const paced = (
    name: string,
    { burst, perSecond }: { readonly burst: number; readonly perSecond: number }
  ): Policy => ({
    name,
    most: burst,
    window: Duration.millis(Math.max(1, Math.round((burst * 1000) / perSecond))),
    comesBack: "evenly"
  })
  const byAccount: Policy = {
    name: "failed-sign-ins",
    most: failedSignIns.most,
    window: Duration.seconds(failedSignIns.seconds),
    comesBack: "singly",
    untold: true
  }
  const byAddress: Policy = {
    name: "sign-in-attempts",
    most: signInAttempts.most,
    window: Duration.seconds(signInAttempts.seconds),
    comesBack: "evenly"
  }
  /** That somebody was refused for a policy goes on record once in its window. */
  const onRecord = ({ name, window }: Policy): Policy => ({
    name: `${name}-on-record`,
    most: 1,
    window,
    comesBack: "singly"
  })
  return {
    failedSignIns: byAccount,
    failedSignInsOnRecord: onRecord(byAccount),
    refreshes: {
      name: "refreshes",
      most: refreshes.most,
      window: Duration.seconds(refreshes.seconds),
      comesBack: "evenly"
    },
    signInAttempts: byAddress,
    signInAttemptsOnRecord: onRecord(byAddress),
    knownAddresses: { name: "known-addresses", most: 1, window: acquaintance, comesBack: "singly", untold: true },
    writes: paced("writes", writes),
    reads: paced("reads", reads),
    searches: paced("searches", searches)
  } as const satisfies Record<string, Policy>
}

export type PolicyName = keyof ReturnType<typeof policiesOf>
