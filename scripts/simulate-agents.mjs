import { mustBuild } from './bundle.mjs'
import { run } from './command.mjs'
import { ensurePackages } from './packages.mjs'
import { loadEnvFile, requireNode } from './root.mjs'

requireNode()
loadEnvFile()
await ensurePackages()
await mustBuild()
process.exitCode = await run(process.execPath, [
  '--enable-source-maps',
  'dist/load/agents/main.js',
  ...process.argv.slice(2),
])
