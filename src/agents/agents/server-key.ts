import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { reseal } from '../../base/reseal'
import type { Sealer } from '../../base/sealed'
import { addKey, KEY_ID, KEY_TABLE, type KeyRow, readKey } from './server-key-store'

interface Deps {
  db: Db
  sealer: Sealer
  log: Log
}

const purposeOf = (id: string) => `agent-server-key/${id}`

/** The key pair (Ed25519) with which all web processes prove themselves to agents. It is made when it is first needed. */
export class ServerKey implements Part {
  readonly name = 'key for agents'
  private loading: Promise<{ publicKey: string; key: KeyObject }> | undefined

  constructor(private readonly deps: Deps) {}

  /** Seals it again if the process has a new key for secrets. */
  async start() {
    const { db, sealer, log } = this.deps
    const retry = logRetryable(log, 'Cannot seal the key for agents again', {}, 'warn')
    reseal({ db, sealer, table: KEY_TABLE, purposeOf }).catch(retry)
  }

  async stop() {}

  /** What agents are given when they enroll: the raw public key in base64url. */
  async publicKey(): Promise<string> {
    return (await this.load()).publicKey
  }

  /** @returns the signature in base64url */
  async sign(text: string): Promise<string> {
    return sign(null, Buffer.from(text), (await this.load()).key).toString('base64url')
  }

  private load() {
    this.loading ??= this.read().catch(error => {
      this.loading = undefined // the next one tries again
      throw error
    })
    return this.loading
  }

  private async read() {
    const { db, sealer } = this.deps
    if (!(await readKey(db))) await addKey(db, newKey(sealer)) // of several processes, one wins
    const row = await readKey(db)
    const text = row && sealer.open(row.secrets, purposeOf(KEY_ID))
    if (!row || text === undefined) throw new Error('The key for agents cannot be opened: SECRETS_KEY has changed')
    return { publicKey: row.public_key, key: createPrivateKey(text) }
  }
}

function newKey(sealer: Sealer): KeyRow {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { public_key: x, secrets: sealer.seal(text, purposeOf(KEY_ID)) }
}
