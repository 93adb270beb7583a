import { assert, it as plain, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { plainWords } from "../src/middleware/plainWords.ts"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

type Place = { readonly pointer: string } | { readonly parameter: string }
type Said = Place & { readonly detail: string }

const ticket = { title: "No sound", description: "" }
const aUser = { email: "x@test.local", name: "x" }
const at = (pointer: string, detail: string): Said => ({ pointer, detail })
const inQuery = (parameter: string, detail: string): Said => ({ parameter, detail })

const requests: ReadonlyArray<readonly [method: string, path: string, ask: Ask, errors: ReadonlyArray<Said>]> = [
  ["GET", "/v1/tickets?assignee=zz", { as: "ada" }, [inQuery("assignee", "must be a UUIDv7, me or none")]],
  [
    "GET",
    `/v1/tickets?${Array.from({ length: 101 }, (_, at) => `a${at}=`).join("&")}`,
    { as: "ada" },
    [inQuery("", "must be at most 100 in one address")]
  ],
  ["POST", "/v1/tickets", { as: "carla", body: {} }, [at("/title", "is missing"), at("/description", "is missing")]],
  ["POST", "/v1/tickets", { as: "carla", body: { ...ticket, colour: 1 } }, [at("/colour", "is not known here")]],
  ["POST", "/v1/tickets", { as: "carla", body: { ...ticket, "a/b~c": 1 } }, [at("/a~1b~0c", "is not known here")]],
  ["POST", "/v1/tickets", { as: "carla", body: { ...ticket, title: 7 } }, [at("/title", "must be text")]],
  ["POST", "/v1/tickets", { as: "carla", body: { ...ticket, title: null } }, [at("/title", "must be text")]],
  [
    "POST",
    "/v1/tickets",
    { as: "carla", body: { ...ticket, title: "" } },
    [at("/title", "must be 1 to 200 characters long")]
  ],
  ["POST", "/v1/tickets", { as: "carla", body: { ...ticket, title: " " } }, [at("/title", "must not be blank")]],
  [
    "POST",
    "/v1/tickets",
    { as: "carla", body: { ...ticket, title: "x".repeat(201) } },
    [at("/title", "must be 1 to 200 characters long")]
  ],
  [
    "POST",
    "/v1/tickets",
    { as: "carla", body: { ...ticket, priority: "asap" } },
    [at("/priority", "must be low, normal, high or urgent")]
  ],
  [
    "POST",
    "/v1/tickets",
    { as: "carla", body: { ...ticket, requesterId: "somebody" } },
    [at("/requesterId", "must be a UUIDv7")]
  ],
  ["POST", "/v1/tickets", { as: "carla", body: [] }, [at("", "must be an object")]],
  ["POST", "/v1/tickets", { as: "carla", body: "7" }, [at("", "must be an object")]],
  ["POST", "/v1/tickets", { as: "carla", body: "null" }, [at("", "must be an object")]],
  [
    "POST",
    "/v1/users",
    { as: "alex", body: { ...aUser, email: "nobody", roles: "agent" } },
    [at("/email", "must be an e-mail address"), at("/roles", "must be a list")]
  ],
  [
    "POST",
    "/v1/users",
    { as: "alex", body: { ...aUser, roles: ["agent", 7, "agent"] } },
    [at("/roles/1", "must be text")]
  ],
  [
    "POST",
    "/v1/users",
    { as: "alex", body: { ...aUser, roles: ["agent", "agent"] } },
    [at("/roles", "must not name a role twice")]
  ],
  ["POST", "/v1/auth/login", { body: { email: "a" } }, [at("/password", "is missing")]],
  ["GET", "/v1/tickets?limit=0", { as: "carla" }, [inQuery("limit", "must be a whole number from 1 to 100")]],
  ["GET", "/v1/tickets?limit=x", { as: "carla" }, [inQuery("limit", "must be a whole number")]],
  ["GET", "/v1/tickets?colour=blue", { as: "carla" }, [inQuery("colour", "is not known here")]],
  [
    "GET",
    "/v1/tickets?status=lost",
    { as: "carla" },
    [inQuery("status", "must be one or several of open, in_progress, waiting, resolved, closed, parted by commas")]
  ],
  [
    "GET",
    "/v1/tickets?createdAfter=yesterday",
    { as: "carla" },
    [
      inQuery("createdAfter", "must be an instant such as 2026-03-14T09:26:53Z (RFC 3339)")
    ]
  ],
  ["POST", "/v1/tickets/1/claim", { as: "ada", body: { a: 1 } }, [at("", "takes no body")]],
  ["GET", "/v1/me?a=1", { as: "ada" }, [inQuery("a", "is not known here")]]
]

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever asks wrongly", (it) => {
  it.effect.each(requests)(
    "%s %s %j hears why in plain words",
    ([method, path, asked, errors]) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const refused = yield* ask(method, path, asked)
        assert.strictEqual(refused.status, 400, refused.text)
        assert.deepStrictEqual(refused.json.errors, errors)
      })
  )

  it.effect("with an empty or impossible change hears of an assignee in words too", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { json } = yield* ask("POST", "/v1/tickets", { as: "carla", body: ticket })
      for (
        const [body, errors] of [
          [{ assigneeId: 7 }, [at("/assigneeId", "must be a UUIDv7 or null")]],
          [{}, [at("/assigneeId", "is missing")]]
        ] as const
      ) {
        const refused = yield* ask("PUT", `/v1/tickets/${json.data.id}/assignee`, { as: "ada", body })
        assert.deepStrictEqual(refused.json.errors, errors)
      }
    }))
})

const Item = Schema.Struct({ amount: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })) })

plain.each<readonly [Schema.ConstraintDecoder<unknown>, unknown, ReadonlyArray<string>]>([
  [Schema.String.check(Schema.isMaxLength(200)), "x".repeat(201), ["must have at most 200 characters"]],
  [Schema.String.check(Schema.isMinLength(1)), "", ["must have at least 1 character"]],
  [Schema.Int, 1.5, ["must be a whole number"]],
  [Schema.Int, "1", ["must be a number"]],
  [Schema.Boolean, 1, ["must be true or false"]],
  [Schema.Literals(["open", "closed"]), "lost", ["must be open or closed"]],
  [Schema.Literals(["open", "in_progress", "waiting"]), 1, ["must be open, in_progress or waiting"]],
  [Schema.NullOr(Schema.String), 1, ["must be text or null"]],
  [Schema.Array(Item), [{ amount: 0 }, { amount: "1" }, 7], [
    "must be from 1 to 9",
    "must be a number",
    "must be an object"
  ]],
  [Schema.String.check(Schema.isPattern(/^a$/)), "b", ["is not written as it should be"]],
  [Schema.String.check(Schema.makeFilter((text) => text === "a" || "must be a")), "b", ["must be a"]],
  [Schema.String.check(Schema.makeFilter((text) => text === "a")), "b", ["is not valid"]]
])("what Effect says of schema %# is said in plain words", (schema, input, details) => {
  const decoded = Schema.decodeUnknownResult(schema, { errors: "all" })(input)
  const said = decoded._tag === "Failure" ? plainWords(decoded.failure.issue).map(({ detail }) => detail) : []
  assert.deepStrictEqual(said, [...details])
})
