import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { build, mustBuild } from './bundle.mjs'
import { ensurePackages } from './packages.mjs'
import { loadEnvFile, ROOT, requireNode, say } from './root.mjs'
import { ensureRedis } from './system.mjs'

/** Debounces changes, because editors write several files in a row. */
const DEBOUNCE_MS = 100
/** Changes here need a server restart; changes in public/ only a page reload. */
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
  const options = { cwd: ROOT, env, stdio: 'inherit', detached: true } // detached, so that Ctrl-C reaches it only once, through us
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/src/main.js'], options)
  child.once('exit', code => code && say(`The server exited with code ${code}. It restarts on the next change.`))
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
  }, DEBOUNCE_MS)
}

async function apply() {
  const folders = changed
  changed = new Set()
  try {
    await build()
  } catch {
    return // esbuild has printed the errors; the next change retries
  }
  if (!SERVER.some(folder => folders.has(folder))) return say('Pages rebuilt: reload the browser.')
  await stopServer()
  server = startServer()
}
