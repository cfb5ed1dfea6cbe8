import type { MonitorSettings } from '../../../../contract/monitor-settings'
import type { Exchange } from '../../exchange'
import { looksIntoBody } from './content'

/** How much of a body is kept for an answer that fails: its sample in any encoding, and a secret that it cuts. */
const KEPT_BYTES = 16 * 1024

/** What to send for a monitor. */
export function planOf(target: string, settings: MonitorSettings['http']): Exchange {
  const { method, body, follow_redirects, ip_family, http_version, verify_tls, body_bytes_max } = settings
  return {
    url: target,
    method,
    headers: headersOf(settings),
    ...(body !== undefined && { body: Buffer.from(body) }),
    followRedirects: follow_redirects,
    family: ip_family,
    version: http_version,
    verifyTls: verify_tls,
    bytesMax: body_bytes_max,
    keptMax: looksIntoBody(settings) ? body_bytes_max : KEPT_BYTES,
    ...identityOf(target, settings),
  }
}

function headersOf({ headers, body, basic, bearer }: MonitorSettings['http']): Record<string, string> {
  return {
    ...(body !== undefined && { 'content-type': typeOfBody(body) }),
    ...(basic && { authorization: basicAuthorization(basic) }),
    ...(bearer && { authorization: `Bearer ${bearer}` }),
    // `content-type` may be given in any case
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  }
}

/** RFC 7617, in UTF-8. */
export const basicAuthorization = ({ username, password = '' }: { username: string; password?: string }) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

function typeOfBody(body: string): string {
  try {
    JSON.parse(body)
    return 'application/json'
  } catch {
    return 'text/plain; charset=utf-8'
  }
}

function identityOf(target: string, { client_certificate, client_key }: MonitorSettings['http']) {
  if (!client_certificate || !client_key) return {}
  return { identity: { certificate: client_certificate, key: client_key, origin: new URL(target).origin } }
}
