import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { Problem } from '../base/errors'

/** One of the equally strong settings of OWASP's Password Storage Cheat Sheet, the one that needs least memory at once (32 MiB). */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 }
const KEY_BYTES = 32
/** Each takes a thread of libuv's four for about 0.2 s; files and names are looked up by the same threads. */
const AT_ONCE_MAX = 8
let running = 0

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  if (running >= AT_ONCE_MAX)
    throw new Problem(429, 'busy', 'Too many people are signing in at this moment.', [], { 'Retry-After': '2' })
  running += 1
  try {
    return await new Promise((resolve, reject) =>
      scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key))),
    )
  } finally {
    running -= 1
  }
}

/** What is stored instead of a password: `scrypt$<salt>$<key>`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `scrypt$${salt.toString('base64url')}$${key.toString('base64url')}`
}

/** Stands in for users who do not exist or have no password, so that the answer takes equally long. */
const NOBODY = `scrypt$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(KEY_BYTES).toString('base64url')}`

/** @param stored as made by `hashPassword`; without one the same work is done and the answer is no */
export async function passwordMatches(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, salt = '', key = ''] = (stored ?? NOBODY).split('$')
  const derived = await derive(password, Buffer.from(salt, 'base64url'))
  const expected = Buffer.from(key, 'base64url')
  return expected.length === derived.length && timingSafeEqual(derived, expected) && stored != null
}
