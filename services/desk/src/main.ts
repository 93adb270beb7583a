// First: schemas that are made before it stay uncompiled.
import "effect/schema/SchemaJITCompiler/enable"

import { seedDatabase } from "@opsdesk/console/seedDatabase"
import { PageOfSources } from "@opsdesk/http/pages/pageLayers"
import { OnPort } from "@opsdesk/http/serve"
import { RealtimeProgram } from "@opsdesk/realtime/realtimeProgram"
import { Draining } from "@opsdesk/serving/Draining"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { migrateDatabase } from "@opsdesk/stack/migrateDatabase"
import { runProgram } from "@opsdesk/stack/runProgram"
import { WorkerProgram } from "@opsdesk/worker/workerProgram"
import { Layer } from "effect"
import { Welcome } from "./Welcome.ts"

const Migrated = Layer.effectDiscard(migrateDatabase)
const Seeded = Layer.effectDiscard(seedDatabase)

/** All on one port. When the desk stops it is unready first, then sockets are closed, then requests come to their end. */
const Programs = WorkerProgram.pipe(
  Layer.provideMerge(Draining),
  Layer.provideMerge(RealtimeProgram),
  Layer.provideMerge(WorkerProgram),
  Layer.provideMerge(OnPort),
  Layer.provide([Readiness.layer, Upgrades.layer])
)

runProgram(
  "desk",
  Welcome.pipe(Layer.provide(Programs), Layer.provide(PageOfSources), Layer.provide(Seeded)),
  Migrated
)
