import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as yieldToOthers } from 'node:timers/promises'

/** Shorter texts are sent at once, with their length. */
const CHUNK_CHARS = 64 * 1024
/** How long a text is encoded before others get their turn: a POST must not wait for reads. */
const SLICE_MS = 4
/** For how long a client may read nothing; then its connection is closed. */
const STALL_MS = 40_000

/**
 * Sends JSON in chunks, as fast as the client reads, so that its size does not matter.
 * @param pieces taken one by one
 */
export async function streamJson(res: ServerResponse, pieces: Iterable<string>): Promise<void> {
  res.statusCode = 200
  res.setHeader('Content-Type', 'application/json')
  let chunk = ''
  let until = performance.now() + SLICE_MS
  for (const piece of pieces) {
    chunk += piece
    if (chunk.length >= CHUNK_CHARS) {
      if (!(await write(res, chunk))) return
      chunk = ''
    }
    if (performance.now() < until) continue
    await yieldToOthers()
    until = performance.now() + SLICE_MS
  }
  if (!res.headersSent) res.setHeader('Content-Length', Buffer.byteLength(chunk))
  res.end(chunk)
}

/** @returns whether the client still reads */
async function write(res: ServerResponse, chunk: string): Promise<boolean> {
  if (res.destroyed) return false
  if (res.write(chunk)) return true
  const waiting = new AbortController()
  const timer = setTimeout(() => res.destroy(), STALL_MS)
  try {
    await Promise.race(['drain', 'close'].map(event => once(res, event, { signal: waiting.signal })))
  } finally {
    clearTimeout(timer)
    waiting.abort()
  }
  return !res.destroyed
}
