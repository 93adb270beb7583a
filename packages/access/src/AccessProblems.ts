import { Problem } from "@opsdesk/kernel/Problem"

export class Unauthenticated extends Problem<Unauthenticated>()(
  "Unauthenticated",
  "unauthenticated",
  "The request carries no valid access token."
) {}

/** The same for a refresh token that is unknown, lapsed or spent, and for one whose session or account has ended. */
export class RefreshRefused extends Problem<RefreshRefused>()(
  "RefreshRefused",
  "unauthenticated",
  "The refresh token is not good; sign in again."
) {}

/** The same for an unknown address, a wrong password and a deactivated account. */
export class SignInRefused extends Problem<SignInRefused>()(
  "SignInRefused",
  "unauthenticated",
  "E-mail address or password is wrong."
) {}
