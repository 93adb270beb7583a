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

/** Of a machine's token, or of one that a provider has given. */
export class NoSession extends Problem<NoSession>()(
  "NoSession",
  "forbidden",
  "Your token belongs to no session of this desk, so there is none to end. Revoke it where it was made."
) {}

/** What would leave the desk without anybody who can give roles and change accounts. */
export class LastAdmin extends Problem<LastAdmin>()(
  "LastAdmin",
  "forbidden",
  "Nobody with an active account would be left who may both give roles and change accounts. Make somebody else an admin first."
) {}

/** The role `admin` grants everything, now and in versions to come: that is what a desk can rely on. */
export class AdminRoleStays extends Problem<AdminRoleStays>()(
  "AdminRoleStays",
  "forbidden",
  "The role admin grants everything and stays so. Make a role of your own that grants less."
) {}

/** A machine's token must not outlive or outgrow what its owner gave it. */
export class NotWithApiToken extends Problem<NotWithApiToken>()(
  "NotWithApiToken",
  "forbidden",
  "An API token may not do this. Sign in."
) {}

export class RoleNotFound extends Problem<RoleNotFound>()(
  "RoleNotFound",
  "not-found",
  "There is no such role, or none that you may see."
) {}

export class ApiTokenNotFound extends Problem<ApiTokenNotFound>()(
  "ApiTokenNotFound",
  "not-found",
  "There is no such API token of yours."
) {}

export class PasswordsNotTaken extends Problem<PasswordsNotTaken>()(
  "PasswordsNotTaken",
  "forbidden",
  "This desk takes no passwords. Sign in at its provider: GET /v1/auth/oidc/start."
) {}

export class NoProvider extends Problem<NoProvider>()(
  "NoProvider",
  "not-found",
  "This desk knows no provider of identities. Sign in with POST /v1/auth/login."
) {}

/** The same for a code that was never given, is spent or too old, or comes from another browser. */
export class HandoffRefused extends Problem<HandoffRefused>()(
  "HandoffRefused",
  "unauthenticated",
  "The code is spent, too old, or was given to another browser. Sign in again: GET /v1/auth/oidc/start."
) {}
