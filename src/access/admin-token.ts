import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeText } from '../../text/decode'
import type { Db, Transaction } from '../base/db'
import { messageOf } from '../base/errors'
import { hashSecret, newId, newSecret } from '../base/ids'
import type { Log } from '../base/log'
import type { Actor } from '../contract/access'
import { lockMadeTokens, type MadeFrom, madeToken, putMadeToken } from './store'

const SECRET_LENGTH_MIN = 16
const SYSTEM: Actor = { type: 'system', id: null, name: 'start' }
const NAMES: Record<MadeFrom, string> = { setting: 'TAILRACE_ADMIN_TOKEN', file: 'admin-token file' }

interface Where {
  db: Db
  log: Log
  tenantId: string
  dataDir: string
  /** TAILRACE_ADMIN_TOKEN, if set. */
  setting: string | undefined
  /** Whether the database lies in DATA_DIR too; else other machines may have made the token. */
  ownDatabase: boolean
}

/**
 * Makes or keeps the token of the tenant's admin: the setting's secret, else that of DATA_DIR/admin-token.
 * @returns what ended because its secret was replaced
 */
export function keepAdminToken(where: Where): Promise<string[]> {
  return where.db.transaction(async trx => {
    await lockMadeTokens(trx)
    return where.setting ? put(trx, where.tenantId, 'setting', where.setting) : keepFile(trx, where)
  })
}

const put = (trx: Transaction, tenantId: string, from: MadeFrom, secret: string) =>
  putMadeToken(trx, { id: newId(), tenantId, from, name: NAMES[from], hash: hashSecret(secret), createdBy: SYSTEM })

async function keepFile(trx: Transaction, { tenantId, dataDir, ownDatabase, log }: Where): Promise<string[]> {
  const path = join(dataDir, 'admin-token')
  const made = await madeToken(trx, tenantId, 'file')
  const kept = await readSecret(path)
  if (kept && made?.secret_hash === hashSecret(kept) && !made.revoked_at) return []
  if (made && !made.revoked_at && !ownDatabase) {
    log.info('The admin token was made by another machine; TAILRACE_ADMIN_TOKEN sets one for all')
    return []
  }
  // a secret that the database has never seen is kept (the database is new), a revoked one is not
  const secret = kept && !made ? kept : newSecret('trt')
  try {
    if (secret !== kept) await writeSecret(dataDir, path, secret)
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

/** Renamed into place, so that a crash leaves no half of it. */
async function writeSecret(folder: string, path: string, secret: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${secret}\n`, { mode: 0o600 })
  await rename(draft, path)
}
