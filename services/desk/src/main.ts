// First: schemas that are made before it stay uncompiled.
import "effect/schema/SchemaJITCompiler/enable"

import { seedDatabase } from "@opsdesk/console/seedDatabase"
import { Serve } from "@opsdesk/http/serve"
import { migrateDatabase } from "@opsdesk/stack/migrateDatabase"
import { runProgram } from "@opsdesk/stack/runProgram"
import { WorkerProgram } from "@opsdesk/worker/workerProgram"
import { Layer } from "effect"
import { Welcome } from "./Welcome.ts"

const Migrated = Layer.effectDiscard(migrateDatabase)
const Seeded = Layer.effectDiscard(seedDatabase)

const Programs = WorkerProgram.pipe(Layer.provideMerge(Serve))

runProgram("desk", Welcome.pipe(Layer.provide(Programs), Layer.provide(Seeded)), Migrated)
