import { seedDatabase } from "@opsdesk/console/seedDatabase"
import { Serve } from "@opsdesk/http/serve"
import { migrateDatabase } from "@opsdesk/stack/migrateDatabase"
import { runProgram } from "@opsdesk/stack/runProgram"
import { Layer } from "effect"
import { Welcome } from "./Welcome.ts"

const Migrated = Layer.effectDiscard(migrateDatabase)
const Seeded = Layer.effectDiscard(seedDatabase)

runProgram("desk", Welcome.pipe(Layer.provide(Serve), Layer.provide(Seeded)), Migrated)
