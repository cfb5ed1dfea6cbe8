import { FailureError } from '../failure'
import { ChunkReader } from './chunks'
import type { Notes } from './warnings'

/** Where the body of a response ends: after a number of bytes, after the last chunk, or with the connection. */
export type Framing = number | 'chunked' | 'close'

/** Takes the bytes behind a head and tells where the body ends. */
export interface BodyEnd {
  /** @returns the bytes that belong to the body, without framing */
  take(bytes: Buffer): Buffer
  reached(): boolean
  /** Why the connection must not end here; undefined when it may. */
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
      if (wanted.length < bytes.length) noteMore(notes)
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
      if (rest.length) noteMore(notes)
      return data
    },
    reached: () => chunks.done,
    missing: () => (chunks.done ? undefined : incomplete(`${count} bytes, before the last chunk`)),
  }
}

const noteMore = (notes: Notes) => notes.add('data_after_response', 'The server sent more bytes than the response has')

const incomplete = (read: string) =>
  new FailureError({ code: 'body_incomplete', message: `The connection was closed after ${read} of the body` })
