import { isObject } from '../monitor-file'
import { bodyFor, hasHeader, splitUrl } from '../request'
import { jsonSettings } from './json-query'
import type { KumaMonitor } from './kuma-monitor'

type Settings = Record<string, unknown>

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'text/xml; charset=utf-8',
}
const REDIRECTS_DEFAULT = 10

/** Target and settings of the types `http`, `keyword` and `json-query`. */
export function readRequest(monitor: KumaMonitor, notes: string[]): { target: string; settings: Settings } {
  const { target, basic } = splitUrl(monitor.text('url'))
  const method = monitor.text('method').toUpperCase()
  const body = bodyFor(method, monitor.rawText('body'), notes)
  const headers = headersOf(monitor, body !== '', notes)
  if (monitor.flag('cacheBust')) notes.push('The random parameter against caches is not added to the address.')
  if (monitor.text('proxyId') !== '') notes.push('It was checked through a proxy, which is not carried over.')
  const isBearer = monitor.text('authMethod') === 'bearer'
  const settings = {
    ...(method !== '' && { method }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(body !== '' && { body }),
    ...statusSettings(monitor),
    ...redirectSettings(monitor, notes),
    ...bodySettings(monitor, notes),
    // as there, a header counts more than what is set otherwise, and that more than what is in the address
    ...(!hasHeader(headers, 'authorization') && {
      ...(basic && !isBearer && { basic }),
      ...accessSettings(monitor, notes),
    }),
    ...(monitor.flag('ignoreTls') && { verify_tls: false }),
    ...familySettings(monitor),
  }
  return { target, settings }
}

/** `ip_family`, if one was chosen. */
export function familySettings(monitor: KumaMonitor): Settings {
  const family = /^ipv([46])$/.exec(monitor.text('ipFamily'))?.[1]
  return family ? { ip_family: family } : {}
}

function headersOf(monitor: KumaMonitor, hasBody: boolean, notes: string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  const given = objectIn(monitor.text('headers'))
  if (given) for (const [name, value] of Object.entries(given)) headers[name] = String(value)
  else if (monitor.text('headers') !== '')
    notes.push('Its headers are not a JSON object, so they are not carried over.')
  const type = CONTENT_TYPES[monitor.text('httpBodyEncoding') || 'json']
  return hasBody && !hasHeader(headers, 'content-type') && type ? { 'Content-Type': type, ...headers } : headers
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function statusSettings(monitor: KumaMonitor): Settings {
  const accepted = monitor
    .list('accepted_statuscodes')
    .map(String)
    .map(code => (/^\d+$/.test(code) ? Number(code) : code))
  const isDefault = accepted.length === 0 || (accepted.length === 1 && accepted[0] === '200-299')
  return isDefault ? {} : { expect_status: accepted.length === 1 ? accepted[0] : accepted }
}

function redirectSettings(monitor: KumaMonitor, notes: string[]): Settings {
  const max = monitor.number('maxredirects') ?? REDIRECTS_DEFAULT
  if (max === 0) return { follow_redirects: false }
  if (max < REDIRECTS_DEFAULT) notes.push(`Redirects are followed, also more than ${max} of them.`)
  return {}
}

function bodySettings(monitor: KumaMonitor, notes: string[]): Settings {
  const type = monitor.text('type')
  if (type === 'json-query') return jsonSettings(monitor, notes)
  const keyword = monitor.rawText('keyword')
  if (type !== 'keyword' || keyword === '') return {}
  return monitor.flag('invertKeyword') ? { not_keyword: keyword } : { keyword }
}

function accessSettings(monitor: KumaMonitor, notes: string[]): Settings {
  const username = monitor.text('basic_auth_user')
  // before 1.18 there was basic authentication only
  const method = monitor.text('authMethod') || (username === '' ? '' : 'basic')
  if (method === '') return {}
  if (method === 'basic')
    return username === '' ? {} : { basic: { username, password: monitor.rawText('basic_auth_pass') } }
  if (method === 'bearer' && monitor.text('bearer_token') !== '') return { bearer: monitor.text('bearer_token') }
  if (method !== 'mtls') {
    notes.push(`It signed in with ${method}, which is not carried over: use basic, bearer or a client certificate.`)
    return {}
  }
  if (monitor.text('tlsCa') !== '')
    notes.push('Its own certificate authority is not carried over: add it to NODE_EXTRA_CA_CERTS of the server.')
  const [certificate, key] = [monitor.rawText('tlsCert'), monitor.rawText('tlsKey')]
  return { ...(certificate !== '' && { client_certificate: certificate }), ...(key !== '' && { client_key: key }) }
}
