import type { Matcher } from '../../contract/matchers'
import { invalid, Refusal } from './answer'
import { kindOf, mistyped, unreadable } from './json-body'
import { notATime, parseTime } from './time'

/** A silence in a request. Times in ms; null: not given, which is as long ago as possible. */
export interface PostableSilence {
  /** Empty: a new one. */
  id: string
  matchers: Matcher[]
  startsAt: number | null
  endsAt: number | null
  createdBy: string
  comment: string
  annotations: Record<string, string>
}

type Fields = Record<string, unknown>

/**
 * Checks the body of `POST /silences` in the order of Alertmanager's framework: types first, then what is required.
 * @throws Refusal 400 or 422
 */
export function parsePostableSilence(body: unknown): PostableSilence {
  const fields = objectOf(body)
  const id = textOf(fields, 'id', '') ?? ''
  const comment = textOf(fields, 'comment')
  const createdBy = textOf(fields, 'createdBy')
  const endsAt = timeOf(fields, 'endsAt')
  const matchers = matchersOf(fields.matchers)
  const startsAt = timeOf(fields, 'startsAt')
  const annotations = annotationsOf(fields.annotations)
  demand('comment', comment)
  demand('createdBy', createdBy)
  demand('endsAt', endsAt)
  demand('matchers', matchers)
  if (!matchers.length) throw new Refusal(invalid(612, 'matchers in body should have at least 1 items'))
  const checked = matchers.map(matcherOf)
  demand('startsAt', startsAt)
  return { id, matchers: checked, startsAt, endsAt, createdBy, comment, annotations }
}

function demand<T>(path: string, value: T | undefined): asserts value is T {
  if (value === undefined) throw new Refusal(invalid(602, `${path} in body is required`))
}

/** `null` decodes to an object without fields. */
function objectOf(body: unknown): Fields {
  if (body === null) return {}
  if (typeof body === 'object' && !Array.isArray(body)) return body as Fields
  const wanted = 'struct { ID string "json:\\"id,omitempty\\"" }'
  throw new Refusal(unreadable('silence', `json: cannot unmarshal ${kindOf(body)} into Go value of type ${wanted}`))
}

function textOf(fields: Fields, name: string, owner = 'Silence'): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new Refusal(mistyped('silence', value, `${owner}.${name}`, 'string'))
  return value
}

/** @returns undefined when there is none, null for Go's zero time */
function timeOf(fields: Fields, name: string): number | null | undefined {
  const text = textOf(fields, name)
  if (text === undefined) return undefined
  const time = parseTime(text)
  if (time === undefined) throw new Refusal(unreadable('silence', notATime(text)))
  return time
}

function annotationsOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Refusal(mistyped('silence', value, 'Silence.annotations', 'models.LabelSet'))
  for (const text of Object.values(value))
    if (typeof text !== 'string') throw new Refusal(mistyped('silence', text, 'Silence.annotations', 'string'))
  return value as Record<string, string>
}

interface GivenMatcher {
  name: string | undefined
  value: string | undefined
  isRegex: boolean | undefined
  isEqual: boolean
}

function matchersOf(value: unknown): GivenMatcher[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw new Refusal(mistyped('silence', value, 'Silence.matchers', 'models.Matchers'))
  return value.map((each: unknown) => {
    if (each !== null && (typeof each !== 'object' || Array.isArray(each)))
      throw new Refusal(mistyped('silence', each, 'Silence.matchers', 'models.Matcher'))
    const fields = (each ?? {}) as Fields
    return {
      name: textOf(fields, 'name', 'Matcher.matchers'),
      value: textOf(fields, 'value', 'Matcher.matchers'),
      isRegex: flagOf(fields, 'isRegex'),
      isEqual: flagOf(fields, 'isEqual') ?? true,
    }
  })
}

function flagOf(fields: Fields, name: string): boolean | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw new Refusal(mistyped('silence', value, `Matcher.matchers.${name}`, 'bool'))
  return value
}

function matcherOf({ name, value, isRegex, isEqual }: GivenMatcher, at: number): Matcher {
  demand(`matchers.${at}.isRegex`, isRegex)
  demand(`matchers.${at}.name`, name)
  demand(`matchers.${at}.value`, value)
  const op = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
  return { name, op, value }
}
