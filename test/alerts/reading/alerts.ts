import type { OpenAlert, TenantAlerts } from '../../../src/alerts/occurrences'
import type { AlertView } from '../../../src/alerts/reading'

const START = Date.parse('2026-11-29T10:00:00Z')

/** An open alert; its id ascends with its number. */
export const alertNo = (no: number, more: Partial<OpenAlert> = {}): OpenAlert => ({
  id: `00000000-0000-7000-8000-${String(no).padStart(12, '0')}`,
  fingerprint: no.toString(16).padStart(16, '0'),
  source: 'api',
  labels: { alertname: 'Down', job: `job-${no % 3}`, no: String(no), severity: no % 2 ? 'critical' : 'warning' },
  annotations: { summary: `Number ${no} is down` },
  links: {},
  generatorUrl: null,
  startsAt: START + no * 1_000,
  endsAt: null,
  hasGivenEnd: false,
  updatedAt: START + no * 1_000,
  version: 1,
  ...more,
})

export const alertsTo = (count: number) => Array.from({ length: count }, (_, i) => alertNo(i + 1))

const tenantAlerts = (all: readonly OpenAlert[]): TenantAlerts => ({
  version: 1,
  muteVersion: 1,
  routingVersion: 1,
  revision: 1,
  changedSince: () => undefined,
  size: all.length,
  get: fingerprint => all.find(each => each.fingerprint === fingerprint),
  byId: id => all.find(each => each.id === id),
  all: () => all,
})

/** A view of alerts that all go to one receiver, of which those with these numbers are silenced. */
export function viewOver(all: readonly OpenAlert[], silenced: readonly number[] = []): AlertView {
  const muted = new Set(silenced.map(no => alertNo(no).id))
  const mutesOf: AlertView['mutesOf'] = ({ id }) => ({
    silencedBy: muted.has(id) ? ['a-silence'] : [],
    inhibitedBy: [],
    maintenance: [],
  })
  const route = { key: 'root', receiver: 'team' }
  const ends = (labels: Readonly<Record<string, string>>) => [
    { route, groupLabels: { job: labels.job ?? '' }, groupKey: `{}:{job="${labels.job}"}` },
  ]
  return {
    alerts: tenantAlerts(all),
    routing: { version: 1, ends } as unknown as AlertView['routing'],
    mutesOf,
    stateOf: alert => (muted.has(alert.id) ? 'suppressed' : 'firing'),
    receiversOf: () => ['team'],
  }
}
