import { stringify } from 'yaml'
import { urlFrom } from '../../../text/url'
import type { AlertRoute, AlertRouting, InhibitRule } from '../../contract/alert-routes'
import type { Matcher } from '../../contract/matchers'
import type { ReceiverType } from '../../contract/receivers'
import { formatDuration, formatMatcher } from '../matching'

/** What is shown of a receiver. */
export interface ShownReceiver {
  name: string
  type: ReceiverType
  /** Without secrets. */
  settings: Readonly<Record<string, unknown>>
  send_resolved: boolean
}

const SECRET = '<secret>'
const INCIDENTS_ONLY = 'incidents-only'
/** Alertmanager before 0.27 knows no other names of labels. */
const CLASSIC_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const CLASSIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SECOND_MS = 1_000

/**
 * The configuration as an `alertmanager.yml` that amtool 0.25 and Grafana load. What older releases have no words for is
 * left out: routes and rules with label names in other scripts.
 */
export function originalConfig(routing: AlertRouting, receivers: readonly ShownReceiver[]): string {
  const names = new Set(receivers.map(({ name }) => name))
  let incidentsOnly = INCIDENTS_ONLY
  while (names.has(incidentsOnly)) incidentsOnly += '-'
  const rules = routing.inhibit_rules.filter(rule => isClassic([...rule.source_matchers, ...rule.target_matchers]))
  return stringify(
    {
      route: { receiver: incidentsOnly, ...shownRoute(routing.route, incidentsOnly) },
      ...(rules.length && { inhibit_rules: rules.map(shownRule) }),
      receivers: [{ name: incidentsOnly }, ...receivers.map(receiver => shownReceiver(receiver, receivers))],
      ...(Object.keys(routing.time_intervals).length && { time_intervals: shownIntervals(routing) }),
    },
    { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false },
  )
}

function shownRoute(route: AlertRoute, incidentsOnly: string): Record<string, unknown> {
  const routes = route.routes.filter(({ matchers }) => isClassic(matchers))
  return {
    ...(route.receiver !== undefined && { receiver: route.receiver ?? incidentsOnly }),
    ...(route.group_by && { group_by: route.group_by.filter(name => name === '...' || CLASSIC_LABEL.test(name)) }),
    ...(route.matchers.length && { matchers: route.matchers.map(formatMatcher) }),
    ...shownList('mute_time_intervals', route.mute_time_intervals),
    ...shownList('active_time_intervals', route.active_time_intervals),
    ...(route.continue && { continue: true }),
    ...shownSeconds('group_wait', route.group_wait_seconds),
    ...shownSeconds('group_interval', route.group_interval_seconds),
    ...shownSeconds('repeat_interval', route.repeat_interval_seconds),
    ...(routes.length && { routes: routes.map(child => shownRoute(child, incidentsOnly)) }),
  }
}

const isClassic = (matchers: readonly Matcher[]) => matchers.every(({ name }) => CLASSIC_NAME.test(name))
const shownList = (name: string, list: readonly string[]) => list.length && { [name]: list }
const shownSeconds = (name: string, seconds: number | undefined) =>
  seconds !== undefined && { [name]: formatDuration(seconds * SECOND_MS) }

/** Without its name, which 0.25 does not know. */
const shownRule = ({ source_matchers, target_matchers, equal }: InhibitRule) => ({
  ...(source_matchers.length && { source_matchers: source_matchers.map(formatMatcher) }),
  ...(target_matchers.length && { target_matchers: target_matchers.map(formatMatcher) }),
  ...shownList(
    'equal',
    equal.filter(name => CLASSIC_LABEL.test(name)),
  ),
})

const shownIntervals = ({ time_intervals }: AlertRouting) =>
  Object.entries(time_intervals).map(([name, entries]) => ({ name, time_intervals: entries }))

function shownReceiver(receiver: ShownReceiver, all: readonly ShownReceiver[]) {
  const { name, type, settings } = receiver
  const members = Array.isArray(settings.receivers) ? settings.receivers : []
  const shown = type === 'group' ? all.filter(each => members.includes(each.name)) : [receiver]
  const configs: Record<string, object[]> = {}
  for (const each of shown) {
    const [kind, config] = shownConfig(each)
    configs[kind] = [...(configs[kind] ?? []), config]
  }
  return { name, ...configs }
}

function shownConfig({ type, settings, send_resolved }: ShownReceiver): [kind: string, config: object] {
  if (type === 'webhook') return ['webhook_configs', { send_resolved, url: originOf(settings.url) }]
  if (type === 'email') return ['email_configs', { send_resolved, ...shownEmail(settings) }]
  const { channel } = settings
  return ['slack_configs', { send_resolved, api_url: SECRET, ...(typeof channel === 'string' && { channel }) }]
}

const shownEmail = ({ to, from, host, port, username, security }: ShownReceiver['settings']) => ({
  to: Array.isArray(to) ? to.join(', ') : '',
  from,
  smarthost: `${String(host)}:${String(port)}`,
  require_tls: security !== 'none',
  ...(typeof username === 'string' && { auth_username: username, auth_password: SECRET }),
})

/** Paths of webhooks often are secrets; 0.25 would not take `<secret>` for an address. */
function originOf(url: unknown): string {
  const address = typeof url === 'string' ? urlFrom(url) : undefined
  if (!address) return `http://unknown.invalid/${SECRET}`
  const { origin, pathname, search } = address
  return pathname === '/' && search === '' ? `${origin}/` : `${origin}/${SECRET}`
}
