import type { Endpoint } from '../api'
import { type Coding, contentCodings } from '../base/http/accepted-codings'
import { compress } from '../base/http/compress'

/** Shorter texts fit into a packet or two as they are. */
const BYTES_MIN = 1_024
/** Texts that are compressed at the same time, in other threads. Those beyond it leave as they are: that costs no CPU. */
const UNDER_WAY_MAX = 16
/** Replies next to secrets: lengths of compressed text give away what it repeats (https://www.breachattack.com). */
const SENSITIVE = /^\/api\/(session|token|ticket|member|enroll-secret)/

/** Whether replies of a route may be compressed: what it reads, unless that is next to secrets. */
export const isCompressible = ({ method, path }: Pick<Endpoint, 'method' | 'path'>): boolean =>
  method === 'get' && !SENSITIVE.test(path)

let underWay = 0

/**
 * @param accepted the `Accept-Encoding` header
 * @returns the coding that the client prefers, and the compressed text; undefined if it should get the text itself
 */
export async function compressed(
  text: string,
  accepted: string | undefined,
): Promise<{ coding: Coding; bytes: Buffer } | undefined> {
  if (text.length < BYTES_MIN || underWay >= UNDER_WAY_MAX) return undefined
  const [coding] = contentCodings(accepted)
  if (!coding) return undefined
  underWay += 1
  try {
    return { coding, bytes: await compress(text, coding) }
  } finally {
    underWay -= 1
  }
}
