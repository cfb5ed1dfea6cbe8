import { badRequest } from '../../base/errors'
import { CONTENT, readYamlOrJson, scalarOf } from './content'
import { type FileMonitor, isObject, type MonitorFile } from './monitor-file'

/** Fields whose values may be numbers or flags. All others are texts, also without quotes: `version: 1.10` is a label. */
export const TYPED_FIELDS: ReadonlySet<string> = new Set([
  'interval_seconds',
  'timeout_ms',
  'retries',
  'retry_interval_seconds',
  'confirm_up',
  'enabled',
  'expect_status',
  'follow_redirects',
  'body_bytes_max',
  'verify_tls',
  'value',
  'days_left_min',
  'packets',
  'loss_percent_max',
  'grace_seconds',
  'tls',
])

/** Own files: an export, or one that was written by hand. @throws Problem 400 */
export function readTailrace(content: string): MonitorFile {
  const file = readYamlOrJson(content, (text, path) => (isTyped(path) ? scalarOf(text) : text))
  if (Array.isArray(file)) return monitorsIn(file, '')
  if (!isObject(file) || !Array.isArray(file.monitors))
    throw badRequest([{ path: CONTENT, message: 'This must have a list "monitors".' }])
  const { version = 1, monitors, ...others } = file
  if (String(version) !== '1')
    throw badRequest([
      { path: `${CONTENT}.version`, message: 'Only version 1 is known. Was it exported by a newer one?' },
    ])
  return { ...monitorsIn(monitors, 'monitors.'), leftOut: Object.keys(others).filter(isNotForAnchors).map(unknownPart) }
}

/** The same, when the request has read it. */
export const monitorsIn = (given: readonly unknown[], prefix: string): MonitorFile => ({
  monitors: given.map((fields, i) => ({ path: `${prefix}${i}`, ...oneMonitor(fields) })),
  leftOut: [],
})

function oneMonitor(given: unknown): Omit<FileMonitor, 'path'> {
  const { has_secrets, ...fields } = isObject(given) ? given : {}
  const isGiven = ([name, value]: [string, unknown]) => value !== null || name === 'target' // YAML has empty values
  const secretNames = Array.isArray(has_secrets) ? has_secrets.filter(isText) : []
  return { fields: Object.fromEntries(Object.entries(fields).filter(isGiven)), secretNames, notes: [] }
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** In `labels`, `headers` and the like, people choose the names. */
const NAMED = ['labels', 'headers']

function isTyped(path: readonly string[]): boolean {
  const [name = '', above = ''] = path.toReversed()
  if (NAMED.includes(above)) return false
  return TYPED_FIELDS.has(/^\d+$/.test(name) ? above : name)
}

/** `x-` is a custom for parts that only hold anchors. */
const isNotForAnchors = (name: string) => !name.startsWith('x-')
const unknownPart = (name: string) => `${name}: nothing of this name is known`
