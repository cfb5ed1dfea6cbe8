import { createHash } from 'node:crypto'
import { badRequest, Problem } from '../../base/errors'

/** Of a request that may be repeated: for 24 hours, the same key and request return the same job. */
export interface RequestKey {
  key: string
  bodyHash: string
}

const KEY = /^[\x21-\x7e]{1,200}$/

/**
 * The key of a request.
 * @param given the header `Idempotency-Key`
 * @param request what it asks for
 * @throws Problem 400 if the header is invalid
 */
export function requestKeyOf(given: string | string[] | undefined, request: unknown): RequestKey | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'string' && KEY.test(given)) return { key: `request:${given}`, bodyHash: hashOf(request) }
  throw badRequest([{ path: 'header.idempotency-key', message: 'must be 1 to 200 visible ASCII characters' }])
}

export const keyTaken = () =>
  new Problem(409, 'idempotency_key_taken', 'This Idempotency-Key was used for another request.')

/** Headers of an answer that an earlier request has got. */
export const REPLAYED = { 'Idempotency-Replayed': 'true' }

/** Does not depend on the order of fields. */
function hashOf(request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return fields.map(([name, field]) => [name, sorted(field)])
}
