import { assert, describe, it, layer } from "@effect/vitest"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { catalog } from "@opsdesk/testkit/docs/catalog"
import { committed, documents, root } from "@opsdesk/testkit/docs/documents"
import { TestDatabase } from "@opsdesk/testkit/TestDatabase"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { promisify } from "node:util"

const generated = [
  "docs/architecture.md",
  "docs/erd.md",
  "docs/events.md",
  "docs/problems.md",
  "docs/permissions.md",
  "docs/openapi.json",
  "docs/reliability.md",
  "docs/security.md",
  ".env.example",
  "services/http/src/graphql/types.ts",
  "README.md"
]

layer(TestDatabase("migrated"), { excludeTestServices: true })("a document that the code writes", (it) => {
  it.effect("is one of those that are checked here", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(documents(yield* asOwner(catalog)).map(({ path }) => path), generated)
    }))

  it.effect.each(generated)("%s is as the code writes it: if not, run `pnpm docs`", (path) =>
    Effect.gen(function*() {
      const written = documents(yield* asOwner(catalog)).find((document) => document.path === path)
      assert.strictEqual(committed(path), written?.text)
    }))
})

describe("whoever checks the documents", () => {
  it("needs no database of their own and hears nothing when all is well", async () => {
    const { stderr, stdout } = await promisify(execFile)(process.execPath, [
      "packages/testkit/src/docs/main.ts",
      "--check"
    ], {
      cwd: root
    })
    assert.deepStrictEqual({ stderr, stdout }, { stderr: "", stdout: "" })
  })
})
