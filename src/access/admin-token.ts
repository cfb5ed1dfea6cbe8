import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeText } from '../../text/decode'
import type { Db, Transaction } from '../base/db'
import { messageOf } from '../base/errors'
import { hashSecret, newId, newSecret } from '../base/ids'
import type { Log } from '../base/log'
import type { Actor } from '../contract/access'
import { type AdminTokenSource, adminToken, lockAdminTokens, putAdminToken } from './token-store'

const SECRET_LENGTH_MIN = 16
const SYSTEM: Actor = { type: 'system', id: null, name: 'start' }
const NAMES: Record<AdminTokenSource, string> = { setting: 'TAILRACE_ADMIN_TOKEN', file: 'admin-token file' }

interface Options {
  db: Db
  log: Log
  tenantId: string
  dataDir: string
  /** TAILRACE_ADMIN_TOKEN, if set. */
  setting: string | undefined
  /** Whether the database is in DATA_DIR, too; otherwise another machine may have created the token. */
  ownDatabase: boolean
}

/**
 * Ensures that the tenant has an admin token, with the secret from the setting or else from DATA_DIR/admin-token.
 * @returns the token and sessions that ended because the secret was replaced
 */
export function ensureAdminToken(options: Options): Promise<string[]> {
  const { db, tenantId, setting } = options
  return db.transaction(async trx => {
    await lockAdminTokens(trx)
    return setting ? put(trx, tenantId, 'setting', setting) : ensureFromFile(trx, options)
  })
}

const put = (trx: Transaction, tenantId: string, source: AdminTokenSource, secret: string) =>
  putAdminToken(trx, {
    id: newId(),
    tenantId,
    source,
    name: NAMES[source],
    hash: hashSecret(secret),
    createdBy: SYSTEM,
  })

async function ensureFromFile(trx: Transaction, { tenantId, dataDir, ownDatabase, log }: Options): Promise<string[]> {
  const path = join(dataDir, 'admin-token')
  const token = await adminToken(trx, tenantId, 'file')
  const stored = await readSecret(path)
  if (stored && token?.secret_hash === hashSecret(stored) && !token.revoked_at) return []
  if (token && !token.revoked_at && !ownDatabase) {
    log.info('Another machine created the admin token; set TAILRACE_ADMIN_TOKEN to use one token on all machines')
    return []
  }
  // With a new database the secret in the file is still valid; a revoked one is not.
  const secret = stored && !token ? stored : newSecret('trt')
  try {
    if (secret !== stored) await writeSecret(dataDir, path, secret)
  } catch (error) {
    log.warn(`${path} cannot be written, so there is no admin token: set TAILRACE_ADMIN_TOKEN`, {
      error: messageOf(error),
    })
    return []
  }
  return put(trx, tenantId, 'file', secret)
}

async function readSecret(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  const text = decodeText(bytes).trim()
  return text.length >= SECRET_LENGTH_MIN ? text : undefined
}

/** Writes the file under another name and renames it, so that a crash leaves no partial file. */
async function writeSecret(folder: string, path: string, secret: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${secret}\n`, { mode: 0o600 })
  await rename(draft, path)
}
