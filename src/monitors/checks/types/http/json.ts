import { JSONPathEnvironment, JSONPathError, type JSONValue } from 'json-p3'
import { messageOf } from '../../../../base/errors'
import { isSecretName } from '../../../../base/redact'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import { shownValue } from './display'
import { LateError, limitedTime } from './limited-time'

export type JsonRule = Extract<NonNullable<MonitorSettings['http']['json']>, unknown[]>[number]

/** A path with filters can take very long: everybody else's checks wait for it. */
const PATH_MS_MAX = 100
const environment = new JSONPathEnvironment()

/** @returns what is wrong with a path (RFC 9535); undefined if it is valid */
export function pathProblem(path: string): string | undefined {
  try {
    environment.compile(path)
    return undefined
  } catch (error) {
    if (!(error instanceof JSONPathError)) throw error
    return error.message
  }
}

/** Parses JSON, or says why that is not possible. */
export function parseJson(text: string): { value: JSONValue } | { problem: string } {
  try {
    return { value: JSON.parse(text) as JSONValue }
  } catch (error) {
    return { problem: text.trim() === '' ? 'it is empty' : messageOf(error) }
  }
}

/** Compares the first value that a rule's path selects with what is expected. @returns what is wrong, for a message */
export function jsonProblem(document: JSONValue, rule: JsonRule): string | undefined {
  const { path, op } = rule
  try {
    const query = environment.compile(path)
    const node = limitedTime(() => query.match(document), query.singularQuery() ? undefined : PATH_MS_MAX)
    if (op === 'exists') return existenceProblem(path, node !== undefined, rule.value !== false)
    if (!node) return `The JSON has nothing at ${path}`
    if (holds(node.value, op, rule.value)) return undefined
    const shown = (value: unknown) => (isSecretName(path) ? 'a secret' : shownValue(value))
    return `The JSON value at ${path} is ${shown(node.value)}; expected ${op} ${shown(rule.value)}`
  } catch (error) {
    if (error instanceof LateError) return `Finding ${path} in the JSON took more than ${PATH_MS_MAX} ms`
    if (error instanceof JSONPathError) return `Finding ${path} in the JSON failed: ${error.message}`
    throw error
  }
}

function existenceProblem(path: string, isThere: boolean, isWanted: boolean): string | undefined {
  if (isThere === isWanted) return undefined
  return isThere ? `The JSON has a value at ${path}` : `The JSON has nothing at ${path}`
}

function holds(found: JSONValue, op: JsonRule['op'], value: JsonRule['value']): boolean {
  if (op === '==') return isEqual(found, value)
  if (op === '!=') return !isEqual(found, value)
  if (op === 'contains') return contains(found, value)
  const [left, right] = [numberOf(found), numberOf(value)]
  if (left === undefined || right === undefined) return false
  if (op === '<') return left < right
  if (op === '<=') return left <= right
  return op === '>' ? left > right : left >= right
}

/** A text also stands for a number, `true`, `false` or `null`: forms and imported files often know texts only. */
const isEqual = (found: JSONValue, value: JsonRule['value']) =>
  found === value || (typeof value === 'string' && !isContainer(found) && String(found) === value)

const isContainer = (found: JSONValue) => typeof found === 'object' && found !== null

function contains(found: JSONValue, value: JsonRule['value']): boolean {
  if (Array.isArray(found)) return found.some(item => isEqual(item, value))
  return typeof found === 'string' && found.includes(String(value))
}

/** A number, or a text that is one. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
