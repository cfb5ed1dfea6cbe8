import { readYaml, type YamlNode } from '../../../base/yaml-tree'
import type { InhibitRule, TimeInterval } from '../../../contract/alert-routes'
import { Fields } from './fields'
import { FILE, GLOBAL } from './known-fields'
import { readIntervals } from './read-intervals'
import { type FileReceiver, readReceivers } from './read-receivers'
import { type FileRoute, RouteReader } from './read-route'
import { readRule } from './read-rules'
import { Report } from './report'
import { looksLikeVariable } from './settings-reader'

/** An `alertmanager.yml` that Alertmanager would load. */
export interface AlertmanagerFile {
  route: FileRoute
  inhibitRules: InhibitRule[]
  intervals: Record<string, TimeInterval[]>
  receivers: ReadonlyMap<string, FileReceiver>
  report: Report
}

/** @throws Problem 400 that names every fault with its line and path */
export function readAlertmanagerFile(text: string): AlertmanagerFile {
  const report = new Report()
  const tree = readYaml({ text, path: 'body.yaml' })
  const file = new Fields(tree, report, FILE)
  const global = new Fields(file.get('global') ?? EMPTY, report, GLOBAL)
  checkGlobal(global, report)
  const intervals = readIntervals(file, report)
  const receivers = readReceivers(file, global, report)
  const names = { receivers: new Set(receivers.keys()), intervals: new Set(Object.keys(intervals)) }
  const route = new RouteReader(names, report).readRoot(file.get('route') ?? { ...EMPTY, path: ['route'] })
  const inhibitRules = file.items('inhibit_rules').map(node => readRule(node, report))
  for (const section of ['route', 'inhibit_rules']) noteVariables(file.get(section), report)
  for (const template of file.texts('templates'))
    report.notImported(template, `Templates in ${template.text}`, 'Messages have the form of this server.')
  if (file.has('tracing'))
    report.notImported(file.placeOf('tracing'), 'tracing', 'It is a setting of Alertmanager itself.')
  report.check()
  return { route, inhibitRules, intervals, receivers, report }
}

const EMPTY: YamlNode = { kind: 'map', path: [], line: 1, entries: new Map() }

function checkGlobal(global: Fields, report: Report): void {
  global.atMostOne('slack_api_url', 'slack_api_url_file')
  global.atMostOne('opsgenie_api_key', 'opsgenie_api_key_file')
  global.atMostOne('victorops_api_key', 'victorops_api_key_file')
  const timeout = global.duration('resolve_timeout')
  if (timeout !== undefined)
    report.notImported(
      global.placeOf('resolve_timeout'),
      'resolve_timeout',
      'Alerts without an end are resolved when they were not repeated for 5 minutes.',
    )
}

/** Alertmanager takes them as they are, and so does this: people may expect something else. */
function noteVariables(node: YamlNode | undefined, report: Report): void {
  if (!node || node.kind === 'null') return
  if (node.kind === 'map') for (const value of node.entries.values()) noteVariables(value, report)
  else if (node.kind === 'list') for (const item of node.items) noteVariables(item, report)
  else if (looksLikeVariable(node.text))
    report.adapted(
      node,
      JSON.stringify(node.text),
      'It looks like a variable: it is taken as text, as by Alertmanager.',
    )
}
