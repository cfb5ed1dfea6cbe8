import type { BulkChange, MonitorSelection } from '../../src/contract/monitors'
import { counted } from '../../text/numbers'
import { client } from '../api'
import { NUMBERS } from './draft'
import { pairsIn, type Row } from './rows'

export type BulkAction = 'pause' | 'resume' | 'update' | 'delete'

export const BULK_WORDS: Record<BulkAction, { name: string; effect: string; done: string }> = {
  pause: {
    name: 'Pause',
    effect: 'They are not checked until somebody resumes them. Their alerts end.',
    done: 'paused',
  },
  resume: { name: 'Resume', effect: 'They are checked again.', done: 'resumed' },
  update: { name: 'Edit', effect: 'What is left empty stays as it is.', done: 'changed' },
  delete: { name: 'Delete', effect: 'They are deleted with their history. Their alerts end.', done: 'deleted' },
}

export const monitorsOf = (count: number): string => counted(count, 'monitor')

interface BulkRequest {
  action: BulkAction
  filter: MonitorSelection
  change?: BulkChange
  reason?: string
}

/** How many monitors an action would be about. */
export async function countBulk(action: BulkAction, filter: MonitorSelection): Promise<number> {
  const body = { action, filter, dry_run: true, ...(action === 'update' && { change: {} }) }
  return (await client.post('/api/monitors/actions', { body })).count
}

/** @returns how many monitors it was done to */
export async function runBulk({ reason = '', ...request }: BulkRequest): Promise<number> {
  const body = { ...request, ...(reason !== '' && { reason }) }
  return (await client.post('/api/monitors/actions', { body })).count
}

/** What was entered; null if nothing was. */
export function bulkChangeOf(
  texts: Readonly<Record<string, string>>,
  labels: readonly Row[],
  removed: string,
): BulkChange | null {
  const numbers = NUMBERS.flatMap(({ name }) => {
    const text = (texts[name] ?? '').trim()
    return text === '' ? [] : [[name, Number(text)] as const]
  })
  const set_labels = pairsIn(labels)
  const remove_labels = removed.split(/[\s,]+/).filter(Boolean)
  const change = {
    ...Object.fromEntries(numbers),
    ...(Object.keys(set_labels).length > 0 && { set_labels }),
    ...(remove_labels.length > 0 && { remove_labels }),
  }
  return Object.keys(change).length === 0 ? null : change
}
