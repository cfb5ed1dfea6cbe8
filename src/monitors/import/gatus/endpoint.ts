import { Labels } from '../labels'
import type { FileMonitor } from '../monitor-file'
import { type Condition, daysLeft, millisIn, readCondition } from './condition'
import { readType } from './endpoint-type'
import { GatusNode } from './gatus-node'

type Fields = Omit<FileMonitor, 'path'>
type Given = Readonly<Record<string, unknown>>

const INTERVAL_MS = 60_000
const DAY_SECONDS = 86_400
const TIMEOUT_MS_MAX = 120_000

/** An entry of `endpoints`; undefined if nothing here checks such a one. */
export function readEndpoint(given: Given): Fields | undefined {
  const notes: string[] = []
  const endpoint = new GatusNode(given, notes)
  const read = readType(endpoint, notes)
  if (!read) return undefined
  for (const text of endpoint.texts('conditions')) {
    const condition = readCondition(text)
    const isTaken = condition !== undefined && (isImplied(condition) || read.take(condition))
    if (!isTaken) notes.push(noteOn(text, condition))
  }
  noteClient(endpoint.map('client'), read.type, notes)
  if (endpoint.has('maintenance-windows')) notes.push('Its maintenance windows are not carried over.')
  if (endpoint.text('body').includes('[RANDOM_STRING_')) notes.push('[RANDOM_STRING_n] in its body is not replaced.')
  const { type, target, settings } = read
  const fields = { ...common(endpoint, notes), type, target, settings, ...timing(endpoint, notes) }
  return { fields, secretNames: [], notes }
}

/** An entry of `external-endpoints`, whose results are pushed. */
export function readExternalEndpoint(given: Given): Fields {
  const notes = ['It gets a new address for its heartbeats: the token is not carried over.']
  const endpoint = new GatusNode(given, notes)
  const interval = endpoint.map('heartbeat').duration('interval')
  if (!interval) notes.push('Gatus expected no heartbeat by any time; here it is a day. Set interval_seconds.')
  if (endpoint.has('maintenance-windows')) notes.push('Its maintenance windows are not carried over.')
  const interval_seconds = interval ? Math.ceil(interval / 1_000) : DAY_SECONDS
  const fields = { ...common(endpoint, notes), type: 'push', target: null, settings: {}, interval_seconds }
  return { fields, secretNames: [], notes }
}

function common(endpoint: GatusNode, notes: string[]) {
  const labels = new Labels(notes)
  for (const [name, value] of Object.entries(endpoint.textMap('extra-labels'))) labels.add(name, value)
  const group = endpoint.text('group')
  if (group !== '' && labels.has('group'))
    notes.push(`Its group "${group}" is not carried over: a label has that name.`)
  else if (group !== '') labels.add('group', group)
  return { name: endpoint.text('name'), labels: labels.all, enabled: endpoint.flag('enabled') ?? true }
}

function timing(endpoint: GatusNode, notes: string[]) {
  const interval = endpoint.duration('interval') || INTERVAL_MS
  const timeout = endpoint.map('client').duration('timeout')
  if (interval % 1_000 !== 0) notes.push(`The interval is rounded up to ${Math.ceil(interval / 1_000)} s.`)
  if (timeout && timeout > TIMEOUT_MS_MAX) notes.push(`It fails after ${TIMEOUT_MS_MAX / 1_000} s.`)
  return {
    interval_seconds: Math.ceil(interval / 1_000),
    ...(timeout && { timeout_ms: Math.min(TIMEOUT_MS_MAX, Math.ceil(timeout)) }),
  }
}

/** That it answers is part of every check. */
const isImplied = ({ subject, op, value }: Condition) => subject === 'CONNECTED' && op === '==' && value === 'true'

function noteOn(text: string, condition: Condition | undefined): string {
  const ms = condition && millisIn(condition)
  if (condition?.subject === 'RESPONSE_TIME' && ms)
    return `${text} is not part of a check: it needs a rule of type latency_over with ${ms} ms.`
  const days = condition && daysLeft(condition)
  if (days) return `${text} is not part of a check: it needs a rule of type tls_expiry with ${days} days.`
  return `The condition ${text} has no counterpart.`
}

/** Settings of the client without a counterpart, and what they are about. */
const CLIENT: Readonly<Record<string, string>> = {
  'proxy-url': 'a proxy',
  'dns-resolver': 'its own name server',
  oauth2: 'OAuth 2',
  'identity-aware-proxy': "Google's Identity-Aware Proxy",
  kerberos: 'Kerberos',
  tls: 'a client certificate in files',
  tunnel: 'an SSH tunnel',
}

function noteClient(client: GatusNode, type: string, notes: string[]): void {
  for (const [name, what] of Object.entries(CLIENT))
    if (client.has(name)) notes.push(`It used ${what} (client.${name}), which is not carried over.`)
  if (client.flag('insecure') && type !== 'http') notes.push('Its certificate is verified (client.insecure).')
}
