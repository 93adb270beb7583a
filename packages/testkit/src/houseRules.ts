/**
 * The rules of the house as data: who may import whom, and what may stand where. Three fences are built from it: what
 * manifests may list (`manifestViolations.ts`), oxlint's overrides (`oxlintOverrides.ts`) and a walk over all files
 * (`houseViolations.ts`). A new slice, layer or program needs one line here.
 */

const slices = ["access", "audit", "users", "tickets", "messages", "notifications", "reports", "deadletters"] as const
const packages = ["kernel", "capabilities", ...slices, "events", "rooms", "api", "client"] as const
const layers = [
  "crypto",
  "embedded",
  "mail",
  "memory",
  "oidc",
  "postgres",
  "rabbitmq",
  "redis",
  "serving",
  "telemetry"
] as const
const services = ["console", "http", "realtime", "worker"] as const

const base = ["kernel", "capabilities"] as const
const program = [...packages, "serving", "stack", "telemetry"] as const

/** Each folder of the workspace, and what it may import of the others. */
export const house = {
  "packages/kernel": [],
  "packages/capabilities": ["kernel"],
  "packages/access": base,
  "packages/audit": [...base, "access"],
  "packages/users": [...base, "access", "audit"],
  "packages/tickets": [...base, "access", "audit", "users"],
  "packages/messages": [...base, "access", "audit", "users", "tickets"],
  "packages/reports": [...base, "access", "audit", "users", "tickets", "messages", "events"],
  "packages/notifications": [...base, "access", "audit", "users", "tickets", "messages"],
  "packages/deadletters": [...base, "access"],
  "packages/events": base,
  "packages/rooms": [...base, ...slices, "events"],
  "packages/api": ["kernel", ...slices],
  "packages/client": ["kernel", "api"],
  "packages/web": ["client"],
  "packages/testkit": [...packages, "web", ...layers, "stack", "worker"],
  "layers/crypto": base,
  "layers/embedded": base,
  "layers/mail": base,
  "layers/memory": base,
  "layers/oidc": base,
  "layers/postgres": base,
  "layers/rabbitmq": base,
  "layers/redis": base,
  "layers/serving": base,
  "layers/telemetry": base,
  "layers/stack": [...base, ...layers],
  "services/console": program,
  "services/desk": [...program, ...services],
  "services/http": program,
  "services/realtime": program,
  "services/worker": program
} as const satisfies Record<string, ReadonlyArray<string>>

export type Folder = keyof typeof house

export const folders = Object.keys(house) as ReadonlyArray<Folder>
export const nameOf = (folder: string): string => folder.slice(folder.indexOf("/") + 1)

export const scope = "@opsdesk/"

/** Slices keep their SQL to themselves: nobody else imports their `*Store.ts`. */
export const sliceNames: ReadonlyArray<string> = slices

/** Whose stores are held to `tables`: the slices', those of the delivery, and that of the rooms, which only reads. */
export const storeKeepers: ReadonlyArray<string> = [...slices, "events", "rooms"]

/** Sees the slices' contracts and nothing else of them. */
export const contractsOnly: ReadonlyArray<Folder> = ["packages/api"]

/** Third parties other than `effect` are for the outer rings; the inner ones run wherever Effect does. */
export const anyVendor: ReadonlyArray<string> = ["layers/*", "services/*", "packages/web", "packages/testkit"]

/** For tests, of every package; nothing in a `src` imports it. */
export const forTests = "testkit"
/** Tests of layers may reach for what every layer of a capability owes. */
export const contracts = "packages/capabilities/test/contracts"

export interface NarrowModule {
  /** The module and everything below it; with a colon at the end, everything that starts so. */
  readonly module: string
  readonly only: ReadonlyArray<string>
  /** Files that may name its types. */
  readonly types?: ReadonlyArray<string>
  readonly because: string
}

const testkit = "packages/testkit/src/**"
const stores = [
  ...storeKeepers.map((folder) => `packages/${folder}/src/*Store.ts`),
  "services/*/src/**/*Store.ts"
]
const faces = [
  "packages/kernel/src/Problem.ts",
  "packages/kernel/src/RequestProblems.ts",
  "packages/access/src/Authentication.ts",
  ...slices.map((slice) => `packages/${slice}/src/*Api.ts`),
  "packages/api/src/**",
  "packages/client/src/**",
  "layers/*/src/**",
  "services/*/src/**",
  testkit
]

/** Modules that only some files may import. Tests may import what they like. */
export const narrowModules: ReadonlyArray<NarrowModule> = [
  {
    module: "effect/sql",
    only: [...stores, "packages/capabilities/src/Transaction.ts", "layers/*/src/**", testkit],
    types: ["packages/capabilities/src/**"],
    because: "SQL is written in stores and layers"
  },
  { module: "effect/http-api", only: faces, because: "HTTP is declared in contracts and served by programs" },
  { module: "effect/http", only: faces, because: "HTTP is declared in contracts and served by programs" },
  {
    module: "node:",
    only: ["layers/*/src/**", "services/*/src/**", testkit],
    because: "the machine is met through a capability"
  }
]

export interface NarrowWord {
  readonly word: string
  /** How it stands in the code: a property of a global, a global itself, or a class that is made. */
  readonly as: "property" | "global" | "new"
  readonly only: ReadonlyArray<string>
  readonly because: string
}

const machine = ["layers/*/src/**", "services/*/src/**", testkit]

/** Globals that only some files may use. */
export const narrowWords: ReadonlyArray<NarrowWord> = [
  { word: "Date.now", as: "property", only: [], because: "time comes from Clock, so that tests can move it" },
  { word: "Date", as: "new", only: [], because: "time comes from DateTime, so that tests can move it" },
  { word: "Math.random", as: "property", only: [], because: "chance comes from Random, so that tests can choose it" },
  { word: "process", as: "global", only: machine, because: "the machine is met through a capability" },
  { word: "Buffer", as: "global", only: machine, because: "bytes are Uint8Array" },
  {
    word: "console",
    as: "global",
    only: ["services/console/src/**", "services/desk/src/**", "packages/testkit/src/globalSetup.ts"],
    because: "programs log; only what speaks to a person at a terminal prints"
  }
]

export interface Table {
  /** The slices that read and write it. Tables without one belong to a layer. */
  readonly owners: ReadonlyArray<string>
  /** Slices that may read it without owning it. */
  readonly readers: ReadonlyArray<string>
}

const owned = (...owners: ReadonlyArray<string>): Table => ({ owners, readers: [] })
const written = (...readers: ReadonlyArray<string>): Table => ({ owners: [], readers })

/** Every table, and which slice it belongs to. What the layers write for everybody is read by slices at most. */
export const tables: Readonly<Record<string, Table>> = {
  users: owned("access", "users"),
  roles: owned("access", "users"),
  permissions: owned("access", "users"),
  user_roles: owned("access", "users"),
  role_permissions: owned("access", "users"),
  refresh_tokens: owned("access"),
  api_tokens: owned("access"),
  api_token_scopes: owned("access"),
  oidc_identities: owned("access"),
  oidc_flows: owned("access"),
  sessions: owned("access"),
  access_epoch: owned("access"),
  teams: owned("users"),
  team_members: owned("users"),
  tickets: owned("tickets"),
  ticket_status_history: owned("tickets"),
  ticket_watchers: owned("tickets"),
  messages: owned("messages"),
  notifications: owned("notifications"),
  notification_deliveries: owned("notifications"),
  audit_log: written("audit"),
  report_versions: owned("reports"),
  report_tickets: owned("reports"),
  report_days: owned("reports"),
  report_durations: owned("reports"),
  report_closings: owned("reports"),
  audit_unsealed: owned("audit"),
  audit_seals: owned("audit"),
  audit_batches: owned("audit"),
  events: written("tickets", "notifications", "reports", "rooms", "events", "deadletters"),
  outbox: owned("events"),
  relays: owned("events"),
  relay_leases: owned("events"),
  consumers: { owners: ["events"], readers: ["deadletters"] },
  inbox: owned("events", "deadletters"),
  redeliveries: owned("events", "deadletters"),
  dead_letters: owned("events", "deadletters"),
  queues: written(),
  queue_messages: written(),
  cache_generation: written(),
  sealed_keys: written(),
  idempotency_keys: written(),
  seeds: written(),
  schema_migrations: written()
}

export interface CrossSliceRead {
  readonly file: string
  readonly table: string
  readonly because: string
}

/** The only SQL that reads a table of another slice. */
export const crossSliceReads: ReadonlyArray<CrossSliceRead> = [
  {
    file: "packages/tickets/src/TicketListStore.ts",
    table: "messages",
    because: "full text (`q`) finds a ticket by what was written on it"
  },
  {
    file: "packages/rooms/src/FeedStore.ts",
    table: "tickets",
    because: "who may hear of an event is decided by whose its ticket is when it is read"
  },
  {
    file: "packages/rooms/src/FeedStore.ts",
    table: "access_epoch",
    because: "whether rights have changed is seen in the same look as what has happened"
  },
  {
    file: "packages/access/src/RightsStore.ts",
    table: "team_members",
    because: "every request begins with the actor, roles and teams, in one statement"
  }
]
