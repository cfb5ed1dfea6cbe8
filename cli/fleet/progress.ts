import type { Query } from '../../src/contract/queries'
import { formatDuration } from '../../text/times'
import { Progress } from '../output/progress'
import type { Terminal } from '../output/terminal'
import { countsText } from './query'

export type QueryProgress = Progress<Query>

export const queryProgress = (terminal: Terminal): QueryProgress =>
  new Progress<Query>(terminal, { line: query => `${countsText(query)}${untilText(query)}`, log: countsText })

function untilText({ deadline_at }: Query): string {
  const left = Date.parse(deadline_at) - Date.now()
  return left > 0 ? `; ${formatDuration(Math.ceil(left / 1_000) * 1_000).replace('.0', '')} left` : ''
}
