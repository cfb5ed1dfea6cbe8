import { mustBuild } from './bundle.mjs'
import { run } from './command.mjs'
import { ensurePackages } from './packages.mjs'
import { requireNode } from './root.mjs'
import { ensureRedis } from './system.mjs'

requireNode()
await ensurePackages()
await mustBuild()
await ensureRedis()
process.exitCode = await run(process.execPath, ['--enable-source-maps', 'dist/load/check.js', ...process.argv.slice(2)])
