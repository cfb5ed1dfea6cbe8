import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeText } from '../../text/decode'
import { ArgumentError } from './arguments'

export interface Secret {
  text: string
  /** Removes the secret; hosts that enrolled with it stay. */
  revoke(): Promise<void>
}

/**
 * Creates an enroll secret through the API, as the first administrator.
 * @throws ArgumentError that says what to do
 */
export async function makeSecret(url: string, env: Record<string, string | undefined>): Promise<Secret> {
  const token = env.TAILRACE_TOKEN || env.TAILRACE_ADMIN_TOKEN || (await tokenOf(env.DATA_DIR || '.data'))
  const response = await ask(url, token)
  const text = await response.text()
  if (response.status === 401 || response.status === 403)
    throw new ArgumentError(
      `The token may not create enroll secrets at ${url}. Set TAILRACE_TOKEN to an admin's token.`,
    )
  const { id, secret } = parse(text)
  if (!response.ok || typeof secret !== 'string')
    throw new ArgumentError(
      `${url} did not return an enroll secret (${response.status}). Check that it is Tailrace, or pass a secret with --secret.`,
    )
  const headers = { authorization: `Bearer ${token}` }
  const revoke = async () => {
    // the server may have stopped in the meantime; the secret can be removed on its pages
    await fetch(`${url}/api/enroll-secrets/${id}`, { method: 'DELETE', headers }).catch(() => undefined)
  }
  return { text: secret, revoke }
}

async function tokenOf(folder: string): Promise<string> {
  const file = join(folder, 'admin-token')
  try {
    return decodeText(await readFile(file)).trim()
  } catch {
    throw new ArgumentError(
      `${file} does not exist. Start the server first (npm start), or pass an enroll secret with --secret or a token in TAILRACE_TOKEN.`,
    )
  }
}

async function ask(url: string, token: string): Promise<Response> {
  try {
    return await fetch(`${url}/api/enroll-secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Simulated fleet' }),
    })
  } catch (error) {
    const { cause } = error as Error
    throw new ArgumentError(
      `No server answers at ${url} (${(cause as Error | undefined)?.message ?? error}). Start it with npm start, or set another URL with --url.`,
    )
  }
}

function parse(text: string): { id?: unknown; secret?: unknown } {
  try {
    return JSON.parse(text) as { id?: unknown; secret?: unknown }
  } catch {
    return {}
  }
}
