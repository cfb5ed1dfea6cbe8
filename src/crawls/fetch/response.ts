import { isUtf8 } from 'node:buffer'
import { type Failure, type Refused, refusalOf, refused } from '../../base/failure'
import { type Exchanged, type Field, inflate } from '../../base/http'
import type { FetchedResponse, FetchRequest, Timings } from './fetcher'

const NOTHING = Buffer.alloc(0)

interface Content {
  body: Buffer
  isTruncated: boolean
  /** What is wrong with it. */
  problems: string[]
}

/**
 * Makes a response of what a server sent, with its body decompressed. A successful response of whose body nothing is
 * left is a failure; for others the status is what matters.
 */
export async function responseOf(
  exchanged: Exchanged,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<Omit<FetchedResponse, keyof Timings | 'address'> | Refused> {
  const { head, body: wireBody, notes } = exchanged
  const { status, reason, fields } = head
  if (status === 101) return refused('response_invalid', SWITCHED)
  const headers = headersOf(fields)
  const content = await contentOf(exchanged, headers['content-encoding'], request.bodyBytesMax, signal)
  if ('error' in content && isSuccess(status)) return content
  const { body, isTruncated, problems } = 'error' in content ? withoutBody(content.error) : content
  return {
    kind: 'response',
    status,
    statusText: reason,
    headers,
    setCookies: fields.filter(({ name }) => name.toLowerCase() === 'set-cookie').map(({ value }) => value),
    rawHeaders: fields.flatMap(({ name, value }) => [name, value]),
    body,
    wireBody,
    bytes: wireBody.length,
    isTruncated,
    warning: [...problems, ...notes.take().map(({ message }) => message)].join('. ') || null,
  }
}

const SWITCHED = 'The server switched to another protocol (101), which it was not asked to'

const isSuccess = (status: number) => status >= 200 && status < 300
const withoutBody = ({ message }: Failure): Content => ({ body: NOTHING, isTruncated: true, problems: [message] })

async function contentOf(
  { body: wire, isFull, isDropped, broken, notes }: Exchanged,
  coding: string | undefined,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Content | Refused> {
  if (isDropped) return { body: NOTHING, isTruncated: false, problems: [] }
  if (broken && !wire.length) return { error: broken }
  const part = { bytes: wire, truncated: isFull || broken !== undefined }
  try {
    const { bytes, truncated } = await inflate(coding, part, { maxBytes: bytesMax, notes })
    const cut = truncated && !broken ? [`The body is longer than ${bytesMax} bytes; the rest was not read`] : []
    return { body: bytes, isTruncated: truncated, problems: broken ? [broken.message] : cut }
  } catch (error) {
    return refusalOf(error, 'transfer', signal)
  }
}

/** The content type of a response, as sent. Of several ones, browsers take the last. */
export const contentTypeOf = (fields: readonly Field[]): string | null =>
  fields.findLast(({ name }) => name.toLowerCase() === 'content-type')?.value ?? null

/** Fields that have one value: of several ones, the first counts. */
const SINGLE =
  /^(age|content-(length|location|range)|date|etag|expires|host|last-modified|location|retry-after|server)$/

function headersOf(fields: readonly Field[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (const { name: written, value } of fields) {
    const name = written.toLowerCase()
    const before = headers.get(name)
    if (before === undefined || name === 'content-type') headers.set(name, textOf(value))
    else if (name !== 'set-cookie' && !SINGLE.test(name)) headers.set(name, `${before}, ${textOf(value)}`)
  }
  headers.delete('set-cookie')
  return Object.fromEntries(headers)
}

/** Values are bytes, which are mostly UTF-8 if they are not ASCII. */
function textOf(bytes: string): string {
  if (!/[^\x00-\x7f]/.test(bytes)) return bytes
  const text = Buffer.from(bytes, 'latin1')
  return isUtf8(text) ? text.toString() : bytes
}
