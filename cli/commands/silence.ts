import type { SilenceItem } from '../../src/contract/silences'
import { clean } from '../../text/display'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { matcherOf, matcherText } from '../alerts/matcher'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT, wrongUsage } from '../exit'
import { collect } from '../list'
import { table } from '../output/table'
import { secondsOf } from '../output/times'

const LIST_MAX = 500

export const silence = defineCommand({
  name: 'silence',
  operands: '[matcher...]',
  count: [0, 50],
  summary: 'Mutes the alerts that match; without matchers, lists silences',
  details: `  tailrace silence alertname=DiskFull 'host=~"db.*"' --for 2h --comment "resizing the volume"
  tailrace silence                      lists silences that are active or pending
  tailrace silence --end <id>           ends one`,
  options: {
    for: { type: 'string', value: 'time', help: 'How long, such as 30m, 2h or 1d (default 2h)' },
    comment: { type: 'string', value: 'text', help: 'Why (required)' },
    yes: { type: 'boolean', help: 'Also if it mutes very many alerts' },
    end: { type: 'string', value: 'id', help: 'Ends this silence now' },
    json: JSON_OPTION,
  },
  async run(context, { values, operands }) {
    const { api, terminal } = context
    if (values.end !== undefined) {
      await api.delete('/api/silences/{id}', { id: values.end })
      terminal.note('The silence has ended.')
      return EXIT.ok
    }
    if (!operands.length) return list(context, values.json === true)
    if (!values.comment?.trim()) throw wrongUsage('A comment is required, for those who wonder: --comment "..."')
    const body = {
      matchers: operands.map(matcherOf),
      ends_at: endOf(values.for ?? '2h'),
      comment: values.comment,
      ...(values.yes && { confirm: true }),
    }
    const [preview, created] = [
      await api.post('/api/silences/preview', { body: { matchers: body.matchers } }),
      await api.post('/api/silences', { body }),
    ]
    if (values.json) terminal.json(created)
    else terminal.write(`${created.id} mutes ${counted(preview.count, 'firing alert')} until ${created.ends_at}\n`)
    return EXIT.ok
  },
})

function endOf(text: string): string {
  const seconds = secondsOf(text)
  if (!seconds) throw wrongUsage(`--for must be a time such as 30m, 2h or 1d, not "${text}".`)
  return new Date(Date.now() + seconds * 1_000).toISOString()
}

async function list({ api, terminal }: Context, json: boolean): Promise<number> {
  const filter = { state: 'active,pending' }
  const { found } = await collect(LIST_MAX, page => api.get('/api/silences', { ...filter, ...page }))
  if (json) for (const each of found) terminal.json(each)
  else if (found.length) terminal.write(tableOf(found, terminal.width()))
  else terminal.note('There are no silences.')
  return EXIT.ok
}

function tableOf(found: readonly SilenceItem[], width: number): string {
  const columns = [
    { title: 'MATCHERS', widthMin: 16 },
    { title: 'STATE' },
    { title: 'ENDS IN', right: true },
    { title: 'MUTES', right: true },
    { title: 'BY', widthMin: 6 },
    { title: 'COMMENT', widthMin: 10 },
    { title: 'ID' },
  ]
  const rows = found.map(({ matchers, state, ends_at, muted_count, created_by, comment, id }) => [
    clean(matchers.map(matcherText).join(' ')),
    state,
    formatDuration(Math.max(0, Date.parse(ends_at) - Date.now())),
    muted_count === null ? '' : String(muted_count),
    clean(created_by),
    clean(comment),
    id,
  ])
  return table(columns, rows, width)
}
