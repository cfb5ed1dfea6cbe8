import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from './failure'

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'
/** How much of a key's hash names it. */
const NAME_LENGTH = 8

/** A key for AES-256-GCM and its name, which is stored with what it has sealed. */
interface Key {
  name: string
  bytes: Buffer
}

/**
 * Keys of `SECRETS_KEY`: 32 bytes in hex or base64 each, separated by commas.
 * @throws Error that says which one is not a key, without showing it
 */
export function readKeys(text: string): Buffer[] {
  return text.split(',').map((part, i) => {
    const key = keyOf(part.trim())
    if (!key) throw new Error(`key ${i + 1} must be 32 bytes in base64 or hex, such as from "openssl rand -base64 32"`)
    return key
  })
}

function keyOf(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === KEY_BYTES ? bytes : undefined
}

/**
 * Encrypts secrets that are stored in the database (AES-256-GCM), so that a copy of it reveals none. The first key
 * seals, all of them open. Without given keys it uses the file `secrets-key` in the data folder, which is made when the
 * first secret is sealed.
 */
export class Sealer {
  private keys: readonly Key[]
  private readonly path: string

  /** @param given from `readKeys`; empty: the key in the file */
  constructor(
    given: readonly Buffer[],
    private readonly dataDir: string,
  ) {
    this.keys = given.map(withName)
    this.path = join(dataDir, 'secrets-key')
  }

  /**
   * @param purpose what the secret belongs to (`receiver/<id>`): it opens for nothing else
   * @throws Error if there is no key and none can be stored
   */
  seal(secret: string, purpose: string): string {
    const [key] = this.load() ?? [this.create()]
    if (!key) throw new Error('There is no key')
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(Buffer.from(purpose))
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return [VERSION, key.name, Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64url')].join('.')
  }

  /** @returns undefined if none of the keys opens it */
  open(sealed: string, purpose: string): string | undefined {
    const [version, name, body = ''] = sealed.split('.')
    const key = this.load()?.find(each => each.name === name)
    if (version !== VERSION || !key) return undefined
    const bytes = Buffer.from(body, 'base64url')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch {
      return undefined // it was changed, or belongs to something else
    }
  }

  /** Whether it was sealed with another key than the one that seals now. */
  isOutdated(sealed: string): boolean {
    const [first] = this.load() ?? []
    return first !== undefined && sealed.split('.')[1] !== first.name
  }

  /** The keys; undefined if none was given and the file does not exist yet. @throws Error if the file is not a key */
  private load(): readonly Key[] | undefined {
    if (this.keys.length) return this.keys
    let text: string
    try {
      text = readFileSync(this.path, 'utf8').trim()
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
    const key = keyOf(text)
    if (!key) throw new Error(`${this.path} is not a key of 32 bytes`)
    this.keys = [withName(key)]
    return this.keys
  }

  /** Makes the file complete under another name: of several processes, one wins, and none reads half a key. */
  private create(): Key {
    mkdirSync(this.dataDir, { recursive: true })
    const draft = `${this.path}.${process.pid}`
    writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600 })
    try {
      linkSync(draft, this.path)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    } finally {
      unlinkSync(draft)
    }
    const [key] = this.load() ?? []
    if (!key) throw new Error(`${this.path} cannot be read`)
    return key
  }
}

const withName = (bytes: Buffer): Key => ({
  name: createHash('sha256').update(bytes).digest('hex').slice(0, NAME_LENGTH),
  bytes,
})
