import type { ServerResponse } from 'node:http'
import type { Labels } from '../../contract/matchers'
import { compareBytes } from '../matching'
import type { OpenAlert } from '../occurrences'
import { type AlertView, candidates, scanNewestFirst } from '../reading'
import type { CompiledRouting, RouteEnd } from '../routing'
import { type AlertGroup, compareAlerts, compareGroups } from './alert-groups'
import type { AlertQuery } from './alert-query'
import { encodeAlert } from './encode-alert'
import { receiverNameOf } from './receiver-name'
import { streamJson } from './stream-json'

/** `GET /alerts`: sorted by fingerprint. */
export async function sendAlerts(res: ServerResponse, view: AlertView, query: AlertQuery): Promise<void> {
  const now = Date.now()
  const found: OpenAlert[] = []
  await scanNewestFirst(candidates(view.alerts, query.matchers), undefined, alert => {
    if (isWanted(view, query, alert) && endsFor(view, query, alert.labels).length) found.push(alert)
    return true
  })
  found.sort((a, b) => compareBytes(a.fingerprint, b.fingerprint))
  await streamJson(res, listOf(encodeAll(view, found, now, labels => receiversJson(view.routing, labels))))
}

/** `GET /alerts/groups`: a group per route and group labels, so an alert that goes several ways is in several. */
export async function sendGroups(res: ServerResponse, view: AlertView, query: AlertQuery): Promise<void> {
  const now = Date.now()
  const groups = new Map<string, AlertGroup>()
  await scanNewestFirst(candidates(view.alerts, query.matchers), undefined, alert => {
    if (!isWanted(view, query, alert)) return true
    for (const { route, groupLabels, groupKey } of endsFor(view, query, alert.labels)) {
      const key = `${route.key} ${groupKey}`
      const group = groups.get(key)
      if (group) group.alerts.push(alert)
      else groups.set(key, { labels: groupLabels, receiver: receiverNameOf(route), alerts: [alert] })
    }
    return true
  })
  const sorted = [...groups.values()].sort(compareGroups)
  await streamJson(res, encodeGroups(view, sorted, now, query))
}

function isWanted(view: AlertView, query: AlertQuery, alert: OpenAlert): boolean {
  return query.hasLabels(alert.labels) && (query.anyMutes || query.hasMutes(view.mutesOf(alert)))
}

/** The ends of an alert's ways that lead to a receiver of the query. */
const endsFor = ({ routing }: AlertView, query: AlertQuery, labels: Labels) =>
  routing.ends(labels).filter(({ route }) => query.hasReceiver(receiverNameOf(route)))

function* encodeAll(
  view: AlertView,
  alerts: readonly OpenAlert[],
  now: number,
  receiversOf: (labels: Labels) => string,
): Generator<string> {
  for (const alert of alerts) yield encodeAlert(alert, view.mutesOf(alert), receiversOf(alert.labels), now)
}

/** In pieces of one alert, so that a large group is not encoded at once. Names only the receivers of the query. */
function* encodeGroups(
  view: AlertView,
  groups: readonly AlertGroup[],
  now: number,
  query: AlertQuery,
): Generator<string> {
  const receiversOf = (labels: Labels) =>
    query.anyReceiver ? receiversJson(view.routing, labels) : encodeReceivers(endsFor(view, query, labels))
  let before = '['
  for (const { labels, receiver, alerts } of groups) {
    yield `${before}{"alerts":`
    yield* listOf(encodeAll(view, alerts.sort(compareAlerts), now, receiversOf))
    yield `,"labels":${JSON.stringify(labels)},"receiver":{"name":${JSON.stringify(receiver)}},"routeLabels":{}}`
    before = ','
  }
  yield before === '[' ? '[]\n' : ']\n'
}

function* listOf(items: Iterable<string>): Generator<string> {
  let before = '['
  for (const item of items) {
    yield before + item
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}

const encodedReceivers = new WeakMap<CompiledRouting, WeakMap<Labels, string>>()

/** JSON of the receivers of every way that an alert goes. */
function receiversJson(routing: CompiledRouting, labels: Labels): string {
  const ofRouting = encodedReceivers.get(routing) ?? new WeakMap<Labels, string>()
  encodedReceivers.set(routing, ofRouting)
  const known = ofRouting.get(labels)
  if (known !== undefined) return known
  const text = encodeReceivers(routing.ends(labels))
  ofRouting.set(labels, text)
  return text
}

const encodeReceivers = (ends: readonly RouteEnd[]): string =>
  JSON.stringify([...new Set(ends.map(({ route }) => receiverNameOf(route)))].map(name => ({ name })))
