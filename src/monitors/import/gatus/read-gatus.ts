import { counted } from '../../../../text/numbers'
import { badRequest } from '../../../base/errors'
import { CONTENT, readYamlOrJson } from '../content'
import { type FileMonitor, isObject, type MonitorFile } from '../monitor-file'
import { readEndpoint, readExternalEndpoint } from './endpoint'

type Values = Record<string, unknown>

/** Sections that are read, and what replaces those that are not. */
const SECTIONS = ['endpoints', 'services', 'external-endpoints']
const INSTEAD: Readonly<Record<string, string>> = {
  alerting: 'create receivers and routes of alerts instead',
  maintenance: 'create maintenance windows instead',
  announcements: 'there is nothing like it here',
  remote: 'monitors of other instances have to be imported from there',
  suites: 'there is nothing like it here',
}

/** A configuration of Gatus 3 to 5. @throws Problem 400 if it is none */
export function readGatus(content: string): MonitorFile {
  const file = readYamlOrJson(content)
  if (!isObject(file) || !SECTIONS.some(name => Array.isArray(file[name])))
    throw badRequest([{ path: CONTENT, message: 'This must have a list "endpoints" or "external-endpoints".' }])
  const monitors: FileMonitor[] = []
  const leftOut: string[] = []
  for (const section of SECTIONS)
    for (const [given, path] of entriesOf(file, section)) {
      const read = section === 'external-endpoints' ? readExternalEndpoint(given) : readEndpoint(given)
      if (read) monitors.push({ path, ...read })
      else leftOut.push(`"${given.name ?? ''}" (${typeOf(given)}): there is no such type here`)
    }
  return { monitors, leftOut: [...leftOut, ...alertsOf(file), ...otherSections(file)] }
}

function entriesOf(file: Values, section: string): [Values, string][] {
  const list = file[section]
  if (!Array.isArray(list)) return []
  return list.map((given: unknown, i) => [isObject(given) ? given : {}, `${section}.${i}`])
}

/** `grpc` of `grpc://example.org`. */
const typeOf = ({ url }: Values) => /^([a-z]+):\/\//i.exec(String(url))?.[1] ?? 'of an unknown type'

function alertsOf(file: Values): string[] {
  const all = SECTIONS.flatMap(section => entriesOf(file, section))
  const count = all.filter(([{ alerts }]) => Array.isArray(alerts) && alerts.length > 0).length
  return count ? [`alerts of ${counted(count, 'endpoint')}: create rules and routes of alerts instead`] : []
}

const otherSections = (file: Values): string[] =>
  Object.keys(file)
    .filter(name => !SECTIONS.includes(name) && !name.startsWith('x-'))
    .map(name => `${name}: ${INSTEAD[name] ?? 'a setting of Gatus itself'}`)
