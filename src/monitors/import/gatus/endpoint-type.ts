import { bodyFor, hasHeader, splitUrl } from '../request'
import { type Condition, daysLeft, escaped, expressionFor, isAny, patternIn, textWithin } from './condition'
import type { GatusNode } from './gatus-node'
import { HttpConditions } from './http-conditions'

/** What an endpoint becomes. */
export interface Read {
  type: string
  target: string
  settings: Record<string, unknown>
  /** Takes a condition into the settings. @returns whether there is a counterpart */
  take(condition: Condition): boolean
}

type Reader = (endpoint: GatusNode, address: string, notes: string[]) => Read

/** By scheme, or `dns`. */
const READERS: Readonly<Record<string, Reader>> = {
  http: readHttp,
  https: readHttp,
  tcp: (endpoint, address) => readTcp(endpoint, address, 'none'),
  tls: (endpoint, address) => (endpoint.text('body') ? readTcp(endpoint, address, 'tls') : readTls(address)),
  starttls: (_, address) => readTls(address, 'smtp'),
  icmp: readPing,
  dns: readDns,
}

/** @returns undefined if nothing here checks such an endpoint */
export function readType(endpoint: GatusNode, notes: string[]): Read | undefined {
  const url = endpoint.text('url')
  const [, scheme = '', address = url] = /^([a-z]+):\/\/(.*)$/is.exec(url) ?? []
  return READERS[endpoint.has('dns') ? 'dns' : scheme.toLowerCase()]?.(endpoint, address, notes)
}

function readHttp(endpoint: GatusNode, _: string, notes: string[]): Read {
  const client = endpoint.map('client')
  const conditions = new HttpConditions()
  const method = endpoint.text('method').toUpperCase()
  const isGraphQl = endpoint.flag('graphql') === true
  const body = bodyFor(method, bodyOf(endpoint), notes)
  const given = endpoint.textMap('headers')
  const isTyped = !isGraphQl || body === '' || hasHeader(given, 'content-type')
  const headers = isTyped ? given : { ...given, 'Content-Type': 'application/json' }
  const { target, basic } = splitUrl(endpoint.text('url'))
  return {
    ...{ type: 'http', target },
    get settings() {
      return {
        ...(method !== '' && { method }),
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(body !== '' && { body: isGraphQl ? JSON.stringify({ query: body }) : body }),
        ...(basic && !hasHeader(headers, 'authorization') && { basic }),
        ...(client.flag('ignore-redirect') && { follow_redirects: false }),
        ...(client.flag('insecure') && { verify_tls: false }),
        ...conditions.settings,
      }
    },
    take: condition => conditions.add(condition),
  }
}

function readTcp(endpoint: GatusNode, target: string, tls: 'none' | 'tls'): Read {
  const body = bodyOf(endpoint)
  const settings: Read['settings'] = {
    ...(tls !== 'none' && { tls }),
    // a backslash would begin an escape
    ...(body !== '' && { send: body.replaceAll('\\', '\\x5c') }),
  }
  return {
    ...{ type: 'tcp', target, settings },
    take({ subject, path, wrapper, op, value }) {
      const isPlain = subject === 'BODY' && path === '' && wrapper === '' && op === '==' && !('expect' in settings)
      if (!isPlain || isAny(value)) return false
      const within = textWithin(patternIn(value) ?? '')
      settings.expect = within === undefined ? expressionFor(value) : escaped(within)
      return true
    },
  }
}

function readTls(target: string, starttls?: 'smtp'): Read {
  const settings: Read['settings'] = { ...(starttls && { starttls }) }
  return {
    ...{ type: 'tls', target, settings },
    take(condition) {
      const days = daysLeft(condition)
      if (days !== undefined) settings.days_left_min = days
      return days !== undefined
    },
  }
}

function readPing(endpoint: GatusNode, target: string): Read {
  const family = /^ip([46])$/.exec(endpoint.map('client').text('network'))?.[1]
  return { type: 'ping', target, settings: { ...(family && { ip_family: family }) }, take: () => false }
}

function readDns(endpoint: GatusNode, server: string): Read {
  const dns = endpoint.map('dns')
  const settings: Read['settings'] = {
    ...(server !== '' && { server }),
    record_type: dns.text('query-type').toUpperCase() || 'A',
  }
  return {
    ...{ type: 'dns', target: dns.text('query-name').replace(/\.$/, ''), settings },
    take({ subject, path, wrapper, op, value }) {
      if (subject === 'DNS_RCODE') return op === '==' && value === 'NOERROR'
      const isValue = subject === 'BODY' && path === '' && wrapper === '' && op === '=='
      if (!isValue || isAny(value) || patternIn(value) !== undefined) return false
      settings.expected = value
      return true
    },
  }
}

/** With the placeholders that Gatus replaces. */
const bodyOf = (endpoint: GatusNode) =>
  endpoint
    .text('body')
    .replaceAll('[ENDPOINT_NAME]', endpoint.text('name'))
    .replaceAll('[ENDPOINT_GROUP]', endpoint.text('group'))
    .replaceAll('[ENDPOINT_URL]', endpoint.text('url'))
