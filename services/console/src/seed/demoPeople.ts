import type { DemoPerson } from "./demoTickets.ts"

export const demoPassword = "opsdesk-demo"

export interface DemoAccount {
  readonly person: DemoPerson
  readonly name: string
  readonly role: "admin" | "agent" | "customer"
  readonly team?: "Support" | "Network"
}

export const demoTeams = ["Support", "Network"] as const

export const demoPeople: ReadonlyArray<DemoAccount> = [
  { person: "admin", name: "Alex Admin", role: "admin" },
  { person: "agent", name: "Ada Ortega", role: "agent", team: "Support" },
  { person: "agent2", name: "Amir Haddad", role: "agent", team: "Support" },
  { person: "netops", name: "Nora Lindqvist", role: "agent", team: "Network" },
  { person: "customer", name: "Carla Mendes", role: "customer" },
  { person: "customer2", name: "Chris Walker", role: "customer" }
]

export const emailOf = (person: DemoPerson): string => `${person}@opsdesk.local`
