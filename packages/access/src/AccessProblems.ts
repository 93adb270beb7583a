import { Problem } from "@opsdesk/kernel/Problem"

export class Unauthenticated extends Problem<Unauthenticated>()(
  "Unauthenticated",
  "unauthenticated",
  "The request carries no valid access token."
) {}

/** The same for an unknown address, a wrong password and a deactivated account. */
export class SignInRefused extends Problem<SignInRefused>()(
  "SignInRefused",
  "unauthenticated",
  "E-mail address or password is wrong."
) {}
