import { Data } from "effect"

/** Somebody else has done something to a ticket since it was read, so nothing is written. Nobody hears of it: see `TicketDoor`. */
export class Overtaken extends Data.TaggedError("Overtaken") {}

export const isOvertaken = (problem: unknown): problem is Overtaken => problem instanceof Overtaken
