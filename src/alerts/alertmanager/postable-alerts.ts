import type { Labels } from '../../contract/matchers'
import { type IncomingAlert, RESOLVE_TIMEOUT_MS } from '../occurrences'
import { invalid, Refusal } from './answer'
import { kindOf, mistyped, unreadable } from './json-body'
import { faultOfSet, withoutEmpty } from './label-set'
import { notATime, parseTime } from './time'

export interface ParsedAlerts {
  alerts: IncomingAlert[]
  /** What is wrong with those that are left out, in Alertmanager's words. */
  faults: string[]
}

type Fields = Readonly<Record<string, unknown>>

/** Of links; longer ones are dropped. */
const URL_CHARS_MAX = 4_096
/** What Go's `url.ParseRequestURI` takes: a scheme or an absolute path, without control characters and spaces. */
const URI = /^(?:[a-z][a-z0-9+.-]*:|\/)[^\u0000-\u0020\u007f]*$/i
/** Other addresses, such as `javascript:`, must not become links. */
const LINK = /^https?:\/\//i

/**
 * Checks the body of `POST /alerts` in Alertmanager's order: the types of everything, then what is required, then each alert
 * by itself, so that the valid ones can be stored.
 * @throws Refusal 400 or 422 for which nothing is stored
 */
export function parsePostableAlerts(body: unknown, now = Date.now()): ParsedAlerts {
  if (body === null) return { alerts: [], faults: [] }
  if (!Array.isArray(body))
    throw new Refusal(
      unreadable('alerts', `json: cannot unmarshal ${kindOf(body)} into Go value of type models.PostableAlerts`),
    )
  const typed = body.map(typedAlert)
  for (const [i, { labels, url }] of typed.entries()) {
    if (url !== '' && !URI.test(url))
      throw new Refusal(invalid(601, `${i}.generatorURL in body must be of type uri: ${JSON.stringify(url)}`))
    if (!labels) throw new Refusal(invalid(602, `${i}.labels in body is required`))
  }
  const result: ParsedAlerts = { alerts: [], faults: [] }
  for (const { labels = {}, annotations = {}, url, startsAt, endsAt } of typed) {
    const [own, notes] = [withoutEmpty(labels), withoutEmpty(annotations)]
    const fault = faultOfTimes(startsAt, endsAt, now) ?? faultOfSets(own, notes)
    if (fault !== undefined) result.faults.push(fault)
    else
      result.alerts.push({
        labels: own,
        annotations: notes,
        generatorUrl: LINK.test(url) && url.length <= URL_CHARS_MAX ? url : null,
        startsAt,
        endsAt,
        source: 'api',
        links: {},
      })
  }
  return result
}

interface TypedAlert {
  labels: Labels | undefined
  annotations: Labels | undefined
  url: string
  /** In ms; null: not given. */
  startsAt: number | null
  endsAt: number | null
}

function typedAlert(value: unknown): TypedAlert {
  if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
    throw new Refusal(
      unreadable('alerts', `json: cannot unmarshal ${kindOf(value)} into Go value of type models.PostableAlert`),
    )
  const fields = (value ?? {}) as Fields
  return {
    annotations: setOf(fields.annotations, '.annotations'),
    endsAt: timeOf(fields.endsAt, '.endsAt'),
    startsAt: timeOf(fields.startsAt, '.startsAt'),
    url: textOf(fields.generatorURL, 'Alert.generatorURL'),
    labels: setOf(fields.labels, 'Alert.labels'),
  }
}

/** @returns undefined if there is none */
function setOf(value: unknown, field: string): Labels | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Refusal(mistyped('alerts', value, field, 'models.LabelSet'))
  const set = value as Record<string, unknown>
  for (const name in set) {
    if (typeof set[name] === 'string') continue
    if (set[name] !== null) throw new Refusal(mistyped('alerts', set[name], field, 'string'))
    set[name] = '' // as Go decodes it
  }
  return set as Labels
}

function textOf(value: unknown, field: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new Refusal(mistyped('alerts', value, field, 'string'))
  return value
}

function timeOf(value: unknown, field: string): number | null {
  const text = textOf(value, field)
  const time = parseTime(text)
  if (time === undefined) throw new Refusal(unreadable('alerts', notATime(text)))
  return time
}

function faultOfTimes(startsAt: number | null, endsAt: number | null, now: number): string | undefined {
  const isBackwards = startsAt !== null && startsAt > (endsAt ?? now + RESOLVE_TIMEOUT_MS)
  return isBackwards ? 'start time must be before end time' : undefined
}

function faultOfSets(labels: Labels, annotations: Labels): string | undefined {
  const ofLabels = faultOfSet(labels)
  if (ofLabels) return `invalid label set: ${ofLabels}`
  for (const _ in labels) {
    const ofAnnotations = faultOfSet(annotations)
    return ofAnnotations && `invalid annotations: ${ofAnnotations}`
  }
  return 'at least one label pair required'
}
