import { JSON_OPS } from '../../../contract/values'
import type { KumaMonitor } from './kuma-monitor'

/** A path in JSONata that means the same in JSONPath: fields and indexes, and nothing that computes. */
const PLAIN_PATH = /^[A-Za-z_]\w*(?:\[\d+\])*(?:\.[A-Za-z_]\w*(?:\[\d+\])*)*$/

/** `json` of a `json-query`, whose query is in JSONata (https://jsonata.org). */
export function jsonSettings(monitor: KumaMonitor, notes: string[]): Record<string, unknown> {
  const query = monitor.text('jsonPath')
  const op = monitor.text('jsonPathOperator') || '=='
  const path = pathOf(query)
  if (path === undefined || !(JSON_OPS as readonly string[]).includes(op)) {
    notes.push(
      `The query ${JSON.stringify(`${query} ${op}`)} has no counterpart as a JSONPath: only the status counts.`,
    )
    return {}
  }
  return { json: { path, op, value: monitor.text('expectedValue') } }
}

function pathOf(query: string): string | undefined {
  if (query === '' || query === '$') return '$'
  const path = query.replace(/^\$\.?/, '')
  return PLAIN_PATH.test(path) ? `$.${path}` : undefined
}
