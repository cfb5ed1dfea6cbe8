import { badRequest, type Fault } from '../../../base/errors'
import { faultsOf } from '../../../base/parse'
import type { AskedSetting } from '../../../contract/alert-routes'
import { type ReceiverType, receiverSettings } from '../../../contract/receivers'
import type { Integration } from './read-integrations'
import type { FileReceiver } from './read-receivers'
import type { Report } from './report'

/** A receiver to create. */
export interface ImportedReceiver {
  name: string
  type: ReceiverType
  /** As given to `POST /api/receivers`; complete and valid, except that one that exists already may lack some. */
  settings: Record<string, unknown>
  send_resolved: boolean
  /** False: something that it needs could not be carried over. */
  enabled: boolean
}

export interface ReceiverPlan {
  receivers: ImportedReceiver[]
  /** What routes to a receiver of the file lead to; null: to incidents only. */
  nameOf: ReadonlyMap<string, string | null>
  /** What the file does not hold and the caller has not given. */
  asked: AskedSetting[]
}

/** Texts that the caller gives for what the file does not hold, by receiver and setting. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

interface Context {
  existing: ReadonlySet<string>
  secrets: Secrets
  asked: AskedSetting[]
  report: Report
}

/**
 * Decides what becomes of the receivers of a file.
 * @param existing names of the tenant's receivers, which are kept as they are
 * @throws Problem 400 if secrets are given for something else
 */
export function planReceivers(found: Iterable<FileReceiver>, given: Omit<Context, 'asked'>): ReceiverPlan {
  const context: Context = { ...given, asked: [] }
  const receivers: ImportedReceiver[] = []
  const nameOf = new Map<string, string | null>()
  const all = [...found]
  const taken = new Set(all.map(({ name }) => name))
  const settable = new Map<string, ReceiverType>()
  for (const receiver of all) {
    const planned = named(receiver, taken).flatMap(({ name, integration }) => {
      settable.set(name, integration.type)
      return planOne(name, integration, context) ?? []
    })
    receivers.push(...planned)
    if (receiver.integrations.length > 1 && planned.length) receivers.push(groupOf(receiver, planned, context.report))
    nameOf.set(receiver.name, planned.length ? receiver.name : nameWithout(receiver, context))
  }
  checkSecrets(context.secrets, settable)
  return { receivers, nameOf, asked: context.asked }
}

/** One alone has the name of the receiver, several are named after their types: `team (email)`, `team (email 2)`. */
function named({ name, integrations }: FileReceiver, taken: Set<string>) {
  return integrations.map(integration => {
    let own = name
    for (let n = 1; integrations.length > 1 && taken.has(own); n++)
      own = `${name} (${integration.type}${n > 1 ? ` ${n}` : ''})`
    taken.add(own)
    return { name: own, integration }
  })
}

function planOne(name: string, integration: Integration, { existing, secrets, asked, report }: Context) {
  const { type, node, places } = integration
  const given = valuesOf(secrets[name] ?? {}, integration)
  const settings = { ...integration.values, ...given }
  const planned = { name, type, settings, send_resolved: integration.sendResolved, enabled: !integration.cannot }
  if (existing.has(name)) return planned
  const missing = Object.entries(integration.asked).filter(([setting]) => !Object.hasOwn(given, setting))
  for (const [setting, { place, because }] of missing) {
    const why = sentence(because)
    asked.push({ ...{ receiver: name, type, setting, because: why }, path: place.path.join('.'), line: place.line })
    report.adapted(place, `${name}: ${setting}`, `${why} Give it as secrets[${JSON.stringify(name)}].${setting}.`)
  }
  const result = receiverSettings[type].safeParse(settings)
  if (!result.success) {
    const faults = faultsOf(result.error, '')
    const isAsked = ({ path }: Fault) => missing.some(([setting]) => setting === path)
    for (const { path, message } of faults.filter(fault => !isAsked(fault)))
      report.fault(places[path.split('.')[0] ?? ''] ?? node, `${path}: ${message}`)
    report.notImported(node, name, 'Something that it needs is not in the file.')
    return undefined
  }
  if (integration.cannot) report.adapted(node, `${name} is disabled`, sentence(integration.cannot))
  return { ...planned, settings: { ...result.data }, enabled: planned.enabled && missing.length === 0 }
}

/** A text that is given for one of the file is read as that would be. */
const valuesOf = (texts: Readonly<Record<string, string>>, { asked }: Integration): Record<string, unknown> =>
  Object.fromEntries(Object.entries(texts).map(([setting, text]) => [setting, asked[setting]?.toValue(text) ?? text]))

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/** What routes to a receiver lead to if nothing of it could be imported. */
function nameWithout({ name, node, integrations, otherKinds }: FileReceiver, { existing, report }: Context) {
  if (!integrations.length && !otherKinds.length) {
    report.adapted(node, `Routes to ${name}`, 'It has no entries: its alerts become incidents, and nobody is notified.')
    return null
  }
  if (existing.has(name)) {
    report.adapted(node, `Routes to ${name}`, 'They lead to the receiver of this name that exists here.')
    return name
  }
  report.adapted(node, `Routes to ${name}`, 'It was not imported: its alerts become incidents, and nobody is notified.')
  return null
}

function groupOf({ name, node }: FileReceiver, planned: readonly ImportedReceiver[], report: Report): ImportedReceiver {
  const receivers = planned.map(each => each.name)
  report.adapted(node, `${name} is a group of ${receivers.join(', ')}`, 'A receiver has one address here.')
  return { name, type: 'group', settings: { receivers }, send_resolved: true, enabled: true }
}

function checkSecrets(secrets: Secrets, settable: ReadonlyMap<string, ReceiverType>): void {
  const faults = Object.entries(secrets).flatMap(([name, values]): Fault[] => {
    const type = settable.get(name)
    const path = `body.secrets.${name}`
    if (!type) return [{ path, message: 'The file has no such receiver.' }]
    return Object.keys(values)
      .filter(setting => !(setting in receiverSettings[type].shape))
      .map(setting => ({ path: `${path}.${setting}`, message: `A receiver of type ${type} has no such setting.` }))
  })
  if (faults.length) throw badRequest(faults)
}
