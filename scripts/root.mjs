import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'

/** The folder of package.json. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const NODE_VERSION_MIN = [20, 19]

/** Exits with a clear message if Node is too old. Runs before anything else is loaded. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NODE_VERSION_MIN[0] || (major === NODE_VERSION_MIN[0] && minor >= NODE_VERSION_MIN[1])) return
  giveUp(
    `Tailrace needs Node.js ${NODE_VERSION_MIN.join('.')} or newer; this is ${process.versions.node}. See https://nodejs.org`,
  )
}

process.stderr.on('error', () => undefined) // stderr may be closed or full; progress output is optional

/** Prints progress to stderr, because stdout carries the server's JSON log lines. */
export const say = text => process.stderr.write(`${text}\n`)

/** Prints what went wrong and what to do, and exits without a stack trace. */
export function giveUp(message) {
  say(message)
  process.exit(1)
}

/** Loads settings from `.env`. Variables that are already set take precedence. */
export function loadEnvFile() {
  const file = join(ROOT, '.env')
  if (!existsSync(file)) return
  for (const [name, value] of Object.entries(parseEnv(decode(readFileSync(file))))) process.env[name] ??= value
}

/** Windows editors add a byte order mark, and some write UTF-16. Same as text/decode.ts, which is not built yet. */
function decode(bytes) {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
