import { Option, Redacted } from "effect"
import { isLoopback } from "./isLoopback.ts"
import { refusalOfProvider } from "./providerSettings.ts"
import type { Found } from "./readVariables.ts"
import { retryStepsOf, usualRetrySteps } from "./retrySteps.ts"
import { variables } from "./variables.ts"
import { allWorks, worksOf } from "./worksOf.ts"

const isUrlOf = (protocols: RegExp, text: string) => protocols.test(text) && URL.canParse(text)

/** Addresses of what the desk works with; they may hold passwords, so what stands in them is not said. */
const addresses = [
  ["databaseUrl", /^postgres(ql)?:\/\//, "postgres://user:password@host:5432/database"],
  ["redisUrl", /^rediss?:\/\//, "redis://user:password@host:6379"],
  ["amqpUrl", /^amqps?:\/\//, "amqp://user:password@host:5672"],
  ["smtpUrl", /^smtps?:\/\//, "smtp://user:password@host:587"],
  ["slackWebhookUrl", /^https?:\/\//, "https://hooks.example.com/services/…"]
] as const

/** Why a desk cannot start as the environment says, in one line: what a single variable does not know. Null where it can. */
export const refusalOf = (found: Found): string | null => {
  for (const [key, protocols, example] of addresses) {
    const url = found[key]
    if (Option.isSome(url) && !isUrlOf(protocols, Redacted.value(url.value))) {
      return `${variables[key].name} must be an address like ${example}`
    }
  }
  if (Option.isSome(found.publicUrl) && !/^https?:$/.test(found.publicUrl.value.protocol)) {
    return "OPSDESK_PUBLIC_URL must begin with http:// or https://"
  }
  if (
    Option.isSome(found.mailFrom) &&
    !/^([^<>\r\n]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(found.mailFrom.value)
  ) {
    return "OPSDESK_MAIL_FROM must be an address like Service desk <desk@example.com>"
  }
  const provider = refusalOfProvider(found)
  if (provider !== null) return provider
  if (Option.isSome(found.secret) && Redacted.value(found.secret.value).length < 32) {
    return "OPSDESK_SECRET must have at least 32 characters"
  }
  if (Option.isNone(retryStepsOf(found.retrySteps))) {
    return `${variables.retrySteps.name} must be one to ten steps such as ${usualRetrySteps}`
  }
  if (Option.isNone(worksOf(found.works))) return `${variables.works.name} must name some of ${allWorks.join(", ")}`
  if (found.pool < 2 || found.pool > 500) return "DB_POOL must be from 2 to 500"
  if (Option.isSome(found.adminEmail) !== Option.isSome(found.adminPassword)) {
    return "OPSDESK_ADMIN_EMAIL and OPSDESK_ADMIN_PASSWORD go together: set both or none"
  }
  if (Option.isSome(found.adminEmail) && !/^[^\s@]+@[^\s@]+$/.test(found.adminEmail.value)) {
    return "OPSDESK_ADMIN_EMAIL must be an e-mail address"
  }
  if (Option.isSome(found.adminPassword)) {
    const { length } = [...Redacted.value(found.adminPassword.value)]
    if (length < 8 || length > 128) return "OPSDESK_ADMIN_PASSWORD must have 8 to 128 characters"
  }
  const embedded = Option.isNone(found.databaseUrl)
  if (embedded && !isLoopback(found.host) && Option.isNone(found.demo) && Option.isNone(found.adminEmail)) {
    return `HOST=${found.host} can be reached from elsewhere: set OPSDESK_ADMIN_EMAIL and OPSDESK_ADMIN_PASSWORD, or OPSDESK_DEMO, first`
  }
  return null
}
