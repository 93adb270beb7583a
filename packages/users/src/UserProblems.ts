import { Problem } from "@opsdesk/kernel/Problem"

export class UserNotFound extends Problem<UserNotFound>()(
  "UserNotFound",
  "not-found",
  "There is no such person, or none that you may see."
) {}

export class TeamNotFound extends Problem<TeamNotFound>()(
  "TeamNotFound",
  "not-found",
  "There is no such team, or none that you may see."
) {}

export class EmailTaken extends Problem<EmailTaken>()(
  "EmailTaken",
  "email-taken",
  "Another account has this e-mail address."
) {}
