import { Labels } from '../labels'
import type { FileMonitor } from '../monitor-file'
import { familySettings, readRequest } from './http-settings'
import type { KumaMonitor } from './kuma-monitor'

type Read = (monitor: KumaMonitor, notes: string[]) => { type: string; target: string | null; settings: object }

const http: Read = (monitor, notes) => ({ type: 'http', ...readRequest(monitor, notes) })

const DNS_PORT = 53
const PACKET_BYTES = 56
const RETRIES_MAX = 10
const RETRY_SECONDS_MAX = 3_600
const TIMEOUT_MS_MAX = 120_000
/** Of the interval: what Uptime Kuma waits when no timeout is set. */
const TIMEOUT_SHARE = 0.8

/** Types that have a counterpart here. */
const READERS: Readonly<Record<string, Read>> = {
  http,
  keyword: http,
  'json-query': http,
  port: monitor => ({
    type: 'tcp',
    target: hostAndPort(monitor.text('hostname'), monitor.text('port')),
    settings: { ...tlsSettings(monitor), ...familySettings(monitor) },
  }),
  ping(monitor, notes) {
    const packets = monitor.number('ping_count')
    if ((monitor.number('packetSize') ?? PACKET_BYTES) !== PACKET_BYTES)
      notes.push('The size of packets is not carried over.')
    return {
      type: 'ping',
      target: monitor.text('hostname'),
      settings: { ...(packets && { packets }), ...familySettings(monitor) },
    }
  },
  dns(monitor, notes) {
    const [server = '', ...others] = monitor.text('dns_resolve_server').split(/[\s,]+/)
    if (others.length) notes.push(`Only the first name server is asked, ${server}.`)
    if (monitor.list('conditions').length)
      notes.push('Conditions on records are not carried over: set settings.expected to all values that are right.')
    const record_type = monitor.text('dns_resolve_type') || 'A'
    const port = monitor.number('port') ?? DNS_PORT
    return {
      type: 'dns',
      target: monitor.text('hostname'),
      settings: {
        ...(server !== '' && { server: port === DNS_PORT ? server : hostAndPort(server, String(port)) }),
        record_type,
      },
    }
  },
  push(_, notes) {
    notes.push('It gets a new address for its heartbeats: the old one is not carried over.')
    return { type: 'push', target: null, settings: {} }
  },
}

export const hasCounterpart = (type: string) => Object.hasOwn(READERS, type)

/** @param group names of the groups it is in, the outermost first */
export function readKumaMonitor(monitor: KumaMonitor, group: readonly string[]): Omit<FileMonitor, 'path'> {
  const notes: string[] = []
  const read = READERS[monitor.text('type')]
  const fields = {
    name: monitor.text('name'),
    ...read?.(monitor, notes),
    ...timing(monitor, notes),
    labels: labelsOf(monitor, group, notes),
    enabled: monitor.flag('active', true),
  }
  if (monitor.text('description') !== '') notes.push('Its description is not carried over.')
  if (monitor.flag('expiryNotification'))
    notes.push('For a notice before its certificate expires, it needs a rule of type tls_expiry.')
  return { fields, secretNames: [], notes }
}

/** Of the type `port` since 2.1. */
function tlsSettings(monitor: KumaMonitor): object {
  const security = monitor.text('smtpSecurity')
  if (security === 'starttls') return { tls: 'starttls', protocol: 'smtp' }
  return security === 'secure' ? { tls: 'tls' } : {}
}

function timing(monitor: KumaMonitor, notes: string[]): object {
  const interval = monitor.number('interval') ?? 60
  const timeout = monitor.number('timeout') || interval * TIMEOUT_SHARE
  const retries = monitor.number('maxretries') ?? 0
  const retryInterval = monitor.number('retryInterval') || interval
  if (retries > RETRIES_MAX) notes.push(`It is retried ${RETRIES_MAX} times, not ${retries}.`)
  if (timeout * 1_000 > TIMEOUT_MS_MAX && monitor.number('timeout'))
    notes.push(`It fails after ${TIMEOUT_MS_MAX / 1_000} s, not ${timeout}.`)
  return {
    interval_seconds: interval,
    timeout_ms: Math.min(TIMEOUT_MS_MAX, Math.round(timeout * 1_000)),
    ...(retries > 0 && {
      retries: Math.min(RETRIES_MAX, retries),
      retry_interval_seconds: Math.min(RETRY_SECONDS_MAX, retryInterval),
    }),
  }
}

function labelsOf(monitor: KumaMonitor, group: readonly string[], notes: string[]): Record<string, string> {
  const labels = new Labels(notes)
  for (const tag of monitor.objects('tags')) labels.add(tag.text('name'), tag.text('value') || 'true')
  if (group.length && labels.has('group'))
    notes.push(`Its group "${group.join(' / ')}" is not carried over: a tag has that name.`)
  else if (group.length) labels.add('group', group.join(' / '))
  return labels.all
}

const hostAndPort = (host: string, port: string) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
