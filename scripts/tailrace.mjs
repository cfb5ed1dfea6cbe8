import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { mustBuild } from './bundle.mjs'
import { ensurePackages } from './packages.mjs'
import { ROOT, requireNode } from './root.mjs'

requireNode()
const program = `${ROOT}/dist/cli/main.js`
if (!existsSync(program)) {
  await ensurePackages()
  await mustBuild()
}
createRequire(import.meta.url)(program)
