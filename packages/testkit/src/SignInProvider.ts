import { Context, Effect, Layer } from "effect"
import { generateKeyPairSync } from "node:crypto"
import type { Server } from "node:http"
import { createServer } from "node:http"
import { Provider } from "oidc-provider"

/** Somebody at the provider. */
export interface Account {
  readonly sub: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly name?: string
  readonly roles?: ReadonlyArray<string>
}

export const audience = "https://desk.test/api"
export const clientId = "desk-page"
export const redirectUri = "http://desk.test/v1/auth/oidc/callback"

export type SigningKey = ReturnType<typeof newKey>

const newKey = (kid: string) => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid,
  alg: "RS256",
  use: "sig"
})

/** Asks as a browser does: with the cookies that it was given, and from one address to the next. */
const browse = async (from: string, until: string): Promise<string> => {
  const jar = new Map<string, string>()
  let url = from
  for (let steps = 0; steps < 10; steps++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
    const response = await fetch(url, { redirect: "manual", headers: cookie === "" ? {} : { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get("location")
    if (location === null) throw new Error(`${response.status} instead of a redirect: ${await response.text()}`)
    url = new URL(location, url).href
    if (url.startsWith(until)) return url
  }
  throw new Error("no end of redirects")
}

const providerWith = (
  issuer: string,
  comeBackTo: string,
  keys: ReadonlyArray<SigningKey>,
  accounts: ReadonlyMap<string, Account>
) =>
  new Provider(issuer, {
    clients: [{
      client_id: clientId,
      token_endpoint_auth_method: "none",
      redirect_uris: [comeBackTo],
      grant_types: ["authorization_code"],
      response_types: ["code"]
    }],
    jwks: { keys: [...keys] },
    cookies: { keys: ["only for tests"] },
    // Identity tokens with the person's name and address in them, as most providers make them.
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    findAccount: (_context, id) => {
      const account = accounts.get(id)
      if (account === undefined) return undefined
      const { email, emailVerified, name, sub } = account
      return {
        accountId: id,
        claims: () => ({
          sub,
          ...(name === undefined ? {} : { name }),
          ...(email === undefined ? {} : { email, email_verified: emailVerified ?? true })
        })
      }
    },
    extraTokenClaims: (_context, token) => {
      const account = "accountId" in token ? accounts.get(String(token.accountId)) : undefined
      return account === undefined ? {} : { name: account.name, email: account.email, realm: { roles: account.roles } }
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } }
        })
      }
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    // Nobody is asked for consent: what the desk's page asks for, it gets.
    loadExistingGrant: async (context) => {
      const { client, provider, session } = context.oidc
      if (client === undefined || session?.accountId === undefined) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope("openid profile email")
      grant.addResourceScope(audience, "")
      await grant.save()
      return grant
    }
  })

/** A real provider of identities on loopback, where whoever is told to signs in without being asked. */
export class SignInProvider extends Context.Service<SignInProvider, {
  readonly issuer: string
  /** The paths that it was asked for, oldest first. */
  readonly asked: () => ReadonlyArray<string>
  readonly forget: () => void
  /** The key that it signs with now. */
  readonly key: () => SigningKey
  /** It signs with a new key from now on, and publishes the old one beside it or no more. */
  readonly rotate: (keepOld: boolean) => void
  /** Whether it answers at all; `silent` takes every request and says nothing. */
  readonly setUp: (isUp: boolean | "silent") => void
  readonly account: (account: Account) => void
  /** Who signs in from now on in whichever browser comes along, without being asked; null for nobody, who declines. */
  readonly letIn: (sub: string | null) => void
  /** Follows the desk's browser to the provider, where somebody signs in, and back: the address that it comes back to. */
  readonly signIn: (authorizationUrl: string, sub: string) => Effect.Effect<string>
}>()("@opsdesk/testkit/SignInProvider") {
  /** With one client, whose browsers come back to this address. */
  static readonly layerFor = (comeBackTo: string) =>
    Layer.effect(
      SignInProvider,
      Effect.gen(function*() {
        const accounts = new Map<string, Account>()
        let keys = [newKey("key-1")]
        let up: boolean | "silent" = true
        let asked: ReadonlyArray<string> = []
        let who: string | null = ""
        let provider: Provider | undefined
        const server = yield* Effect.acquireRelease(
          Effect.promise<Server>(() =>
            new Promise((resolve) => {
              const listening = createServer((request, response) => {
                const path = request.url ?? ""
                asked = [...asked, path]
                if (up === "silent") return
                if (!up || provider === undefined) return void request.socket.destroy()
                if (!path.startsWith("/interaction/")) return void provider.callback()(request, response)
                void provider.interactionFinished(
                  request,
                  response,
                  who === null ? { error: "access_denied" } : { login: { accountId: who } }
                )
              })
              listening.listen(0, "127.0.0.1", () => resolve(listening))
            })
          ),
          (listening) =>
            Effect.promise(() =>
              new Promise<void>((resolve) => {
                listening.close(() => resolve())
                listening.closeAllConnections()
              })
            )
        )
        const address = server.address()
        if (address === null || typeof address === "string") return yield* Effect.die(new Error("no port"))
        const issuer = `http://127.0.0.1:${address.port}`
        provider = providerWith(issuer, comeBackTo, keys, accounts)
        return SignInProvider.of({
          issuer,
          asked: () => asked,
          forget: () => void (asked = []),
          key: () => keys[0] ?? newKey("none"),
          rotate: (keepOld) => {
            keys = [newKey(`key-${keys.length + 1}-${keepOld}`), ...(keepOld ? keys : [])]
            provider = providerWith(issuer, comeBackTo, keys, accounts)
          },
          setUp: (isUp) => void (up = isUp),
          account: (account) => void accounts.set(account.sub, account),
          letIn: (sub) => void (who = sub),
          signIn: (authorizationUrl, sub) =>
            Effect.promise(() => {
              who = sub
              return browse(authorizationUrl, comeBackTo)
            })
        })
      })
    )

  /** For a desk at `desk.test`. */
  static readonly layer = SignInProvider.layerFor(redirectUri)
}
