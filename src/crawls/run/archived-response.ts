import type { FetchedResponse } from '../fetch/fetcher'

/** A response as it was received: its head by RFC 9112, section 4, and its body. */
export function archivedResponse({ status, statusText, rawHeaders, wireBody }: FetchedResponse) {
  const lines = [`HTTP/1.1 ${status} ${statusText}`]
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return { head: `${lines.join('\r\n')}\r\n\r\n`, body: wireBody }
}
