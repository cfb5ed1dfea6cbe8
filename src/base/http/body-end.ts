import { FailureError } from '../failure'
import { ChunkReader } from './chunks'
import type { Notes } from './warnings'

/** How the end of a response body is found: a number of bytes, the last chunk, or the end of the connection. */
export type Framing = number | 'chunked' | 'close'

/** Reads the bytes after a head and finds the end of the body. */
export interface BodyEnd {
  /** @returns the body bytes, without framing */
  take(bytes: Buffer): Buffer
  reached(): boolean
  /** Why the body is incomplete if the connection ends now; undefined if it is complete. */
  missing(): FailureError | undefined
}

export function bodyEnd(framing: Framing, notes: Notes): BodyEnd {
  if (framing === 'close') return { take: bytes => bytes, reached: () => false, missing: () => undefined }
  return framing === 'chunked' ? endOfChunks(notes) : endOfLength(framing, notes)
}

function endOfLength(length: number, notes: Notes): BodyEnd {
  let count = 0
  return {
    take(bytes) {
      const wanted = bytes.subarray(0, length - count)
      count += wanted.length
      if (wanted.length < bytes.length) noteExtraData(notes)
      return wanted
    },
    reached: () => count === length,
    missing: () => (count < length ? incomplete(`${count} of ${length} bytes`) : undefined),
  }
}

function endOfChunks(notes: Notes): BodyEnd {
  const chunks = new ChunkReader(notes)
  let count = 0
  return {
    take(bytes) {
      const { data, rest } = chunks.take(bytes)
      count += data.length
      if (rest.length) noteExtraData(notes)
      return data
    },
    reached: () => chunks.done,
    missing: () => (chunks.done ? undefined : incomplete(`${count} bytes, before the last chunk`)),
  }
}

const noteExtraData = (notes: Notes) =>
  notes.add('data_after_response', 'The server sent data after the end of the response')

const incomplete = (read: string) =>
  new FailureError({ code: 'body_incomplete', message: `The connection was closed after ${read} of the body` })
