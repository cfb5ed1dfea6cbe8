import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeText } from '../text/decode'
import { urlFrom } from '../text/url'
import { readConfig } from './config-file'
import { EXIT, Failure, wrongUsage } from './exit'

const DEFAULT_URL = 'http://127.0.0.1:8080'
/** Tokens that a header can carry. */
const TOKEN = /^[\x21-\x7e]{1,512}$/

export interface Settings {
  /** Without a trailing slash. */
  url: string
  token: string | undefined
  /** Where the token comes from, for messages. */
  tokenFrom: string
}

export interface SettingsSources {
  env: NodeJS.ProcessEnv
  /** The folder of package.json. */
  root: string
  /** The option `--url`. */
  url: string | undefined
}

/**
 * The server and the token: from the environment, or else saved by `login` for this server, or else, if the server is
 * on this machine, the admin token written by its first start.
 * @throws Failure for settings that cannot be used
 */
export function readSettings({ env, root, url: given }: SettingsSources): Settings {
  const fromEnv = env.TAILRACE_TOKEN?.trim()
  const isComplete = fromEnv && (given || env.TAILRACE_URL)
  const config = isComplete ? undefined : readConfig(env)
  const url = parseUrl(given || env.TAILRACE_URL || config?.url || DEFAULT_URL)
  if (fromEnv) return { url, token: checkToken(fromEnv, 'TAILRACE_TOKEN'), tokenFrom: 'TAILRACE_TOKEN' }
  const kept = config?.tokens[url]
  if (kept) return { url, token: kept, tokenFrom: config.path }
  const local = isLoopback(url) ? adminToken(env, root) : undefined
  return local ? { url, ...local } : { url, token: undefined, tokenFrom: 'nowhere' }
}

/** @throws Failure unless it can be sent in a header; the message never contains the token */
export function checkToken(token: string, from: string): string {
  if (TOKEN.test(token)) return token
  throw new Failure(EXIT.denied, `There is no valid token in ${from}: it must be one line of visible ASCII characters.`)
}

/** The normalized address, so that a token saved for it is found again. */
export function parseUrl(text: string): string {
  const url = urlFrom(text)
  if (!url || !/^https?:$/.test(url.protocol))
    throw wrongUsage(`"${text}" is not the address of a server: http(s)://host[:port].`)
  if (url.username || url.password)
    throw wrongUsage('The address of the server must not contain a password. Use TAILRACE_TOKEN or "tailrace login".')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function adminToken(env: NodeJS.ProcessEnv, root: string) {
  const path = join(env.DATA_DIR ? resolve(env.DATA_DIR) : join(root, '.data'), 'admin-token')
  try {
    return { token: checkToken(decodeText(readFileSync(path)).trim(), path), tokenFrom: path }
  } catch {
    return undefined // missing or not readable: then there is no token
  }
}
