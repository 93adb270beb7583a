import { Config } from "effect"
import { variables } from "./variables.ts"

/** Everything that the environment says, each variable by itself. */
export const readVariables = Config.all({
  port: variables.port.config,
  host: variables.host.config,
  dataDir: variables.dataDir.config,
  databaseUrl: variables.databaseUrl.config,
  redisUrl: variables.redisUrl.config,
  amqpUrl: variables.amqpUrl.config,
  smtpUrl: variables.smtpUrl.config,
  mailFrom: variables.mailFrom.config,
  slackWebhookUrl: variables.slackWebhookUrl.config,
  pool: variables.pool.config,
  demo: variables.demo.config,
  adminEmail: variables.adminEmail.config,
  adminPassword: variables.adminPassword.config,
  secret: variables.secret.config,
  limits: variables.limits.config,
  retrySteps: variables.retrySteps.config,
  works: variables.works.config,
  graphqlIntrospection: variables.graphqlIntrospection.config,
  publicUrl: variables.publicUrl.config,
  oidcIssuer: variables.oidcIssuer.config,
  oidcAudience: variables.oidcAudience.config,
  oidcClientId: variables.oidcClientId.config,
  oidcRolesClaim: variables.oidcRolesClaim.config,
  localAuth: variables.localAuth.config,
  logLevel: variables.logLevel.config,
  logFormat: variables.logFormat.config
})

export type Found = Config.Success<typeof readVariables>
