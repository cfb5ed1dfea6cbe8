import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { build, mustBuild } from './bundle.mjs'
import { ensurePackages } from './packages.mjs'
import { loadEnvFile, ROOT, requireNode, say } from './root.mjs'
import { ensureRedis } from './system.mjs'

/** Editors write several files in a row. */
const QUIET_MS = 100
/** A change here needs a new server process; a change in public/ only a reload of the page. */
const SERVER = ['src', 'workers', 'text', 'migrations']

requireNode()
loadEnvFile()
await ensurePackages()
await mustBuild()
await ensureRedis()

let server = startServer()
let changed = new Set()
let timer
let applying = Promise.resolve()
for (const folder of [...SERVER, 'public']) {
  const path = join(ROOT, folder)
  if (existsSync(path)) watch(path, { recursive: true }, () => noteChange(folder))
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stopServer().then(() => process.exit(0)))

function startServer() {
  const env = { LOG_FORMAT: 'pretty', CONTRACT_CHECK_FILE: join(ROOT, 'dist', 'contract-mismatches'), ...process.env }
  const options = { cwd: ROOT, env, stdio: 'inherit', detached: true } // we pass Ctrl-C on, once
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/src/main.js'], options)
  child.once('exit', code => code && say(`The server ended with exit code ${code}. A change starts it again.`))
  return child
}

async function stopServer() {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  server.kill('SIGTERM')
  await gone
}

function noteChange(folder) {
  changed.add(folder)
  clearTimeout(timer)
  timer = setTimeout(() => {
    applying = applying.then(apply)
  }, QUIET_MS)
}

async function apply() {
  const folders = changed
  changed = new Set()
  try {
    await build()
  } catch {
    return // esbuild has printed what is wrong; the next change tries again
  }
  if (!SERVER.some(folder => folders.has(folder))) return say('Pages built: reload the browser.')
  await stopServer()
  server = startServer()
}
