import type { ScheduleItem } from '../../src/contract/schedules'
import { clean } from '../../text/display'
import { formatDuration } from '../../text/times'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { table } from '../output/table'
import { age } from '../output/times'

const LIMIT_DEFAULT = 100
const STATE_COLORS = { active: 'green', paused: 'yellow', ended: 'dim' } as const

export const schedules = defineCommand({
  name: 'schedules',
  operands: '',
  count: [0, 0],
  summary: 'Lists schedules by name: timing, next run, last run and how it ended',
  options: {
    kind: { type: 'string', value: 'kind', help: 'Jobs of this kind' },
    q: { type: 'string', value: 'text', help: 'Search in name and kind' },
    limit: { type: 'string', value: 'n', help: `Maximum number of schedules (default ${LIMIT_DEFAULT})` },
    json: JSON_OPTION,
  },
  async run(context, { values }) {
    const { json, limit, ...filter } = values
    const max = limitOf(limit, LIMIT_DEFAULT)
    const { found, isMore } = await collect(max, page => context.api.get('/api/schedules', { ...filter, ...page }))
    const { terminal } = context
    if (json) for (const schedule of found) terminal.json(schedule)
    else if (found.length) terminal.write(tableOf(context, found))
    else terminal.note('There are no such schedules.')
    if (isMore) terminal.note(`These are the first ${max}; --limit shows more.`)
    return EXIT.ok
  },
})

function tableOf({ terminal }: Context, found: readonly ScheduleItem[]): string {
  const columns = [
    { title: 'NAME', widthMin: 12 },
    {
      title: 'STATE',
      paint: (text: string) => terminal.paint(STATE_COLORS[text.trim() as ScheduleItem['state']], text),
    },
    { title: 'NEXT', right: true },
    { title: 'LAST', right: true },
    { title: 'OUTCOME' },
    { title: 'KIND', widthMin: 8 },
    { title: 'TIMING', widthMin: 12 },
    { title: 'ID' },
  ]
  const rows = found.map(({ name, state, next_at, last_at, last_job_status, kind, words, timezone, id }) => [
    clean(name),
    state,
    next_at ? formatDuration(Math.max(0, Date.parse(next_at) - Date.now())) : '',
    last_at ? age(last_at) : '',
    last_job_status ?? '',
    clean(kind),
    clean(timezone ? `${words} (${timezone})` : words),
    id,
  ])
  return table(columns, rows, terminal.width())
}
