import type { Labels } from '../../contract/matchers'
import type { NotificationReason } from '../../contract/receivers'

/** Alerts in one message; the rest is counted in `truncatedAlerts`. */
const ALERTS_MAX = 10_000
/** Go's zero time: an alert that fires has no end. */
const NO_TIME = '0001-01-01T00:00:00Z'

/** The texts of Alertmanager (0.34), and ours for what it does not have. */
const REASONS: Partial<Record<NotificationReason, string>> = {
  first: 'first notification',
  new_alerts: 'new alerts added',
  some_resolved: 'some alerts resolved',
  all_resolved: 'all alerts resolved',
  repeat: 'repeat interval elapsed',
  unmuted: 'no longer muted',
  missed: 'earlier notification missed',
}

export interface MessageAlert {
  status: 'firing' | 'resolved'
  labels: Labels
  annotations: Labels
  startsAt: string
  endsAt: string
  generatorURL: string
  fingerprint: string
}

/** Alertmanager's webhook message, version 4, with its names. */
export interface Message {
  receiver: string
  status: 'firing' | 'resolved'
  alerts: MessageAlert[]
  groupLabels: Labels
  commonLabels: Labels
  commonAnnotations: Labels
  externalURL: string
  version: '4'
  groupKey: string
  truncatedAlerts: number
  notification_reason: string
}

/** An alert to be told. Times in ms. */
export interface ToldAlert {
  labels: Labels
  annotations: Labels
  startsAt: number
  /** Null: it fires. */
  resolvedAt: number | null
  generatorUrl: string | null
  fingerprint: string
}

export interface MessageContent {
  /** Name of the receiver. */
  receiver: string
  groupKey: string
  groupLabels: Labels
  /** All that fire in the group, and those that were resolved since the last message. */
  alerts: readonly ToldAlert[]
  /** PUBLIC_URL. */
  externalUrl: string
  reason: NotificationReason
}

/** Builds the message about a group. What the alerts have in common is that of all, also of those left out. */
export function buildMessage(content: MessageContent): Message {
  const { receiver, groupKey, groupLabels, alerts, externalUrl, reason } = content
  return {
    receiver,
    status: alerts.some(alert => alert.resolvedAt === null) ? 'firing' : 'resolved',
    alerts: alerts.slice(0, ALERTS_MAX).map(messageAlert),
    groupLabels,
    commonLabels: commonOf(alerts.map(alert => alert.labels)),
    commonAnnotations: commonOf(alerts.map(alert => alert.annotations)),
    externalURL: externalUrl,
    version: '4',
    groupKey,
    truncatedAlerts: Math.max(0, alerts.length - ALERTS_MAX),
    notification_reason: REASONS[reason] ?? reason,
  }
}

/** A message with at most so many alerts; 0: all. */
export function truncated(message: Message, alertsMax: number): Message {
  const over = alertsMax > 0 ? Math.max(0, message.alerts.length - alertsMax) : 0
  if (!over) return message
  const alerts = message.alerts.slice(0, alertsMax)
  return { ...message, alerts, truncatedAlerts: message.truncatedAlerts + over }
}

const messageAlert = ({ labels, annotations, startsAt, resolvedAt, generatorUrl, fingerprint }: ToldAlert) => ({
  status: resolvedAt === null ? ('firing' as const) : ('resolved' as const),
  labels,
  annotations,
  startsAt: goTime(startsAt),
  endsAt: resolvedAt === null ? NO_TIME : goTime(resolvedAt),
  generatorURL: generatorUrl ?? '',
  fingerprint,
})

/** As Go formats RFC 3339 with nanoseconds: no trailing zeros. */
const goTime = (ms: number) => new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')

function commonOf([first, ...others]: readonly Labels[]): Labels {
  let common = Object.entries(first ?? {})
  for (const labels of others) {
    if (!common.length) break
    common = common.filter(([name, value]) => labels[name] === value)
  }
  return Object.fromEntries(common)
}

/** Encodes a message as Go does: maps sorted by the bytes of their names, `<`, `>` and `&` escaped, a line feed at the end. */
export function encodeMessage(message: Message): string {
  const { alerts, groupLabels, commonLabels, commonAnnotations, ...plain } = message
  const fields: Record<keyof Message, string> = {
    receiver: text(plain.receiver),
    status: text(plain.status),
    alerts: `[${alerts.map(encodeAlert).join(',')}]`,
    groupLabels: encodeMap(groupLabels),
    commonLabels: encodeMap(commonLabels),
    commonAnnotations: encodeMap(commonAnnotations),
    externalURL: text(plain.externalURL),
    version: text(plain.version),
    groupKey: text(plain.groupKey),
    truncatedAlerts: String(plain.truncatedAlerts),
    notification_reason: text(plain.notification_reason),
  }
  return `${encodeFields(fields)}\n`
}

function encodeAlert({ labels, annotations, ...plain }: MessageAlert): string {
  const fields: Record<keyof MessageAlert, string> = {
    status: text(plain.status),
    labels: encodeMap(labels),
    annotations: encodeMap(annotations),
    startsAt: text(plain.startsAt),
    endsAt: text(plain.endsAt),
    generatorURL: text(plain.generatorURL),
    fingerprint: text(plain.fingerprint),
  }
  return encodeFields(fields)
}

const encodeFields = (fields: Record<string, string>) =>
  `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`

function encodeMap(map: Labels): string {
  const names = Object.keys(map).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `{${names.map(name => `${text(name)}:${text(map[name] ?? '')}`).join(',')}}`
}

const text = (value: string) =>
  JSON.stringify(value.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
