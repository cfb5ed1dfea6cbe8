import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'

/** The folder of package.json. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const OLDEST = [20, 19]

/** Ends the program with a clear sentence where Node is too old. Runs before anything else is loaded. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  giveUp(
    `Tailrace needs Node.js ${OLDEST.join('.')} or newer, this is ${process.versions.node}. See https://nodejs.org`,
  )
}

process.stderr.on('error', () => undefined) // closed or full: what is done does not depend on who reads of it

/** Progress for people. On stderr, because stdout carries the program's own JSON lines. */
export const say = text => process.stderr.write(`${text}\n`)

/** What went wrong and what to do, without a stack trace. */
export function giveUp(message) {
  say(message)
  process.exit(1)
}

/** Settings kept in a file; what is set already counts more. */
export function loadEnvFile() {
  const file = join(ROOT, '.env')
  if (!existsSync(file)) return
  for (const [name, value] of Object.entries(parseEnv(decode(readFileSync(file))))) process.env[name] ??= value
}

/** Editors of Windows begin files with a byte order mark, and some write UTF-16. Like text/decode.ts, which is not built yet. */
function decode(bytes) {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
