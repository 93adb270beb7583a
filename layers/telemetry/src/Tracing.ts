import { Layer, References } from "effect"

/**
 * Nobody is told of spans as yet, so none are made: each would cost its effect an object, two readings of the clock and
 * random ids. What a request's trace is called goes along in `RequestContext`, not in spans.
 */
export const NoSpans = Layer.succeed(References.TracerEnabled, false)
