import { ApiError } from './api'

/** Keys of requests that may have been carried out although no answer arrived, by what they ask for. */
const open = new Map<string, string>()

/**
 * Sends a request that must not be carried out twice: while it is under way, and again after its answer was lost, the
 * same request has the same `Idempotency-Key`.
 * @param request what it asks for, the same each time
 */
export async function once<Answer>(
  request: unknown,
  send: (headers: { 'idempotency-key': string }) => Promise<Answer>,
): Promise<Answer> {
  const name = JSON.stringify(request)
  const key = open.get(name) ?? newKey()
  open.set(name, key)
  try {
    const answer = await send({ 'idempotency-key': key })
    open.delete(name)
    return answer
  } catch (error) {
    if (isRefusal(error)) open.delete(name)
    throw error
  }
}

/** Nothing was done. Without an answer, or after a fault of the server, that is not known. */
const isRefusal = (error: unknown) => error instanceof ApiError && error.status >= 400 && error.status < 500

/** `crypto.randomUUID` is there over HTTPS only. */
const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
