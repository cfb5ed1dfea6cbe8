import type { Queue } from '../../src/contract/queues'
import { clean } from '../../text/display'
import { formatDuration } from '../../text/times'
import { defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { table } from '../output/table'
import type { Terminal } from '../output/terminal'

export const queues = defineCommand({
  name: 'queues',
  operands: '',
  count: [0, 0],
  summary: 'Shows every queue: counts, oldest waiting job, wait and run times, pauses',
  options: { json: JSON_OPTION },
  async run({ api, terminal }, { values }) {
    const { items } = await api.get('/api/queues')
    if (values.json) for (const queue of items) terminal.json(queue)
    else terminal.write(tableOf(terminal, items))
    return EXIT.ok
  },
})

function tableOf(terminal: Terminal, items: readonly Queue[]): string {
  const columns = [
    { title: 'QUEUE', widthMin: 8 },
    { title: 'STATE', paint: (text: string) => terminal.paint(text.startsWith('paused') ? 'yellow' : 'green', text) },
    ...['PENDING', 'RUNNING', 'SCHEDULED', 'FAILED 24H', 'BAD 24H', 'OLDEST', 'WAIT P95', 'RUN P95'].map(title => ({
      title,
      right: true,
    })),
    { title: 'PAUSED BY', widthMin: 10 },
  ]
  const rows = items.map(({ name, counts, paused, paused_by, ...times }) => [
    clean(name),
    paused ? 'paused' : 'open',
    ...[counts.pending, counts.running, counts.scheduled, counts.failed, counts.bad].map(String),
    times.oldest_waiting_seconds ? formatDuration(times.oldest_waiting_seconds * 1_000) : '',
    formatDuration(times.wait_ms.p95),
    formatDuration(times.run_ms.p95),
    paused_by ? clean(`${paused_by.by.name}: ${paused_by.reason}`) : '',
  ])
  return table(columns, rows, terminal.width())
}
