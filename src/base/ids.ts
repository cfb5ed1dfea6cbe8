import { createHash, randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

/** A UUIDv7 (RFC 9562 section 5.7): ids sort by creation time. */
export const newId = () => v7()

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether a text has the form of our ids: a lower-case UUID. */
export const isUuid = (text: string) => UUID.test(text)

/** The smallest id that can be created at a time; all earlier ids are below it. */
export function firstIdAt(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

/** The creation time of a UUIDv7, in milliseconds. */
export const timeOfId = (id: string) => new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16))

/** A random, URL-safe secret of 256 bits with a prefix that tells its kind. */
export const newSecret = (prefix: string) => `${prefix}_${randomBytes(32).toString('base64url')}`

/** The hash stored instead of a secret. Secrets have 256 random bits, so a fast hash without salt is enough. */
export const hashSecret = (secret: string) => createHash('sha256').update(secret).digest('hex')

/** A short random tag that distinguishes incarnations of the same thing (topic epochs, process ids). */
export const newTag = () => randomBytes(5).readUIntBE(0, 5).toString(36).padStart(8, '0')
