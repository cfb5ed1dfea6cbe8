import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { mustBuild } from './bundle.mjs'
import { ensurePackages } from './packages.mjs'
import { loadEnvFile, ROOT, requireNode, say } from './root.mjs'
import { ensureRedis } from './system.mjs'

requireNode()
loadEnvFile()
await ensurePackages()
if (!existsSync(`${ROOT}/dist/.stamp`)) say('Building Tailrace.')
await mustBuild()
await ensureRedis()
process.setSourceMapsEnabled(true)
createRequire(import.meta.url)(`${ROOT}/dist/src/main.js`)
