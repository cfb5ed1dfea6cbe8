import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { Problem } from '../base/errors'

/** One of the equivalent settings in OWASP's Password Storage Cheat Sheet, with 32 MiB per hash. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 }
const KEY_BYTES = 32
/** Each hash occupies one of libuv's four threads for about 0.2 s; file and DNS access use the same threads. */
const CONCURRENT_MAX = 8
let running = 0

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  if (running >= CONCURRENT_MAX)
    throw new Problem(429, 'busy', 'Too many people are signing in. Try again in a moment.', [], { 'Retry-After': '2' })
  running += 1
  try {
    return await new Promise((resolve, reject) =>
      scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key))),
    )
  } finally {
    running -= 1
  }
}

/** @returns what is stored instead of the password: `scrypt$<salt>$<key>` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `scrypt$${salt.toString('base64url')}$${key.toString('base64url')}`
}

/** Checked when there is no user or password, so that the check takes just as long. */
const DUMMY = `scrypt$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(KEY_BYTES).toString('base64url')}`

/** @param stored by `hashPassword`; without it the same work is done, and the result is false */
export async function passwordMatches(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, salt = '', key = ''] = (stored ?? DUMMY).split('$')
  const derived = await derive(password, Buffer.from(salt, 'base64url'))
  const expected = Buffer.from(key, 'base64url')
  return expected.length === derived.length && timingSafeEqual(derived, expected) && stored != null
}
