import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { decodeText } from '../text/decode'
import { EXIT, Failure } from './exit'

/** What `login` saves. A token is only ever sent to the server it was saved for. */
export interface Config {
  /** Empty if there is no folder for it. */
  path: string
  /** The server of the last sign-in. */
  url: string | undefined
  /** By server. */
  tokens: Record<string, string>
}

/** `$XDG_CONFIG_HOME` or `~/.config` (XDG Base Directory Specification 0.8). */
function configPath(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || homeOfUser()
  const folder = env.XDG_CONFIG_HOME || (home && join(home, '.config'))
  return folder && join(folder, 'tailrace', 'config.json')
}

function homeOfUser(): string {
  try {
    return homedir()
  } catch {
    return '' // containers may run as a user id without an entry in the system
  }
}

/** @throws Failure if other users can read the file, or it is invalid */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const path = configPath(env)
  const text = path ? readPrivate(path) : undefined
  if (text === undefined) return { path, url: undefined, tokens: {} }
  const { url, tokens } = parse(path, text)
  const known = Object.entries(tokens ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { path, url: typeof url === 'string' ? url : undefined, tokens: Object.fromEntries(known) }
}

/**
 * Writes the file under another name and renames it, so that a crash leaves no partial file.
 * @throws Failure if there is no folder for it
 */
export function writeConfig({ path, url, tokens }: Config): void {
  if (!path)
    throw new Failure(EXIT.failed, 'This user has no home folder to save the token in. Set HOME or XDG_CONFIG_HOME.')
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ url, tokens }, null, 2)}\n`, { mode: 0o600 })
  chmodSync(draft, 0o600) // a draft left by a crash keeps its mode
  renameSync(draft, path)
}

function readPrivate(path: string): string | undefined {
  try {
    const { mode } = statSync(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Failure(EXIT.denied, `Other users can read ${path}, so it is not used. Run: chmod 600 ${path}`)
    return decodeText(readFileSync(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parse(path: string, text: string): { url?: unknown; tokens?: Record<string, unknown> } {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Reported below without the parser's message, which quotes the text and so the tokens.
  }
  throw new Failure(EXIT.denied, `${path} is not valid JSON. Repair it, or remove it and run "tailrace login" again.`)
}
