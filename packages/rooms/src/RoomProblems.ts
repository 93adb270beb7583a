import { Data } from "effect"

/** The place to go on from is not kept, or was never there: whoever asked reads everything anew. */
export class CannotResume extends Data.TaggedError("CannotResume")<{}> {}

/** An access that was there when somebody began to listen has been withdrawn. */
export class AccessWithdrawn extends Data.TaggedError("AccessWithdrawn")<{}> {}

/** Somebody takes what they are told so slowly that it is kept for them no longer. They may go on from where they are. */
export class FallenBehind extends Data.TaggedError("FallenBehind")<{}> {}
