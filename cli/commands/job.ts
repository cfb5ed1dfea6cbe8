import type { Job } from '../../src/contract/jobs'
import { clean } from '../../text/display'
import { subjectOf } from '../../text/subject'
import { formatDuration } from '../../text/times'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { outcomeText, paintMarked, paintStatus, ranText, reasonOf } from '../output/job-lines'
import { table } from '../output/table'
import type { Terminal } from '../output/terminal'
import { clock, span } from '../output/times'

export const job = defineCommand({
  name: 'job',
  operands: '<id>',
  count: [1, 1],
  summary: 'Shows a job with its steps, input and result',
  options: { json: JSON_OPTION },
  async run({ api, terminal, settings }: Context, { values, operands: [id = ''] }) {
    const found = await api.get('/api/jobs/{id}', { id })
    if (values.json) terminal.json(found)
    else terminal.write(textOf(terminal, found, settings.url + found.links.page))
    return EXIT.ok
  },
})

function textOf(terminal: Terminal, job: Job, page: string): string {
  const fields = Object.entries(fieldsOf(terminal, job, page)).filter(([, text]) => text !== '')
  const head = fields.map(([name, text]) => `${terminal.paint('bold', `${name}:`.padEnd(10))}${text}\n`).join('')
  return head + stepsOf(terminal, job)
}

function fieldsOf(terminal: Terminal, job: Job, page: string): Record<string, string> {
  const json = (value: unknown) => (value === null || value === undefined ? '' : clean(JSON.stringify(value)))
  const time = (text: string | null) => (text === null ? '' : clock(text))
  return {
    Id: job.id,
    Title: clean(subjectOf(job)),
    Outcome: paintMarked(terminal)(outcomeText(job)),
    Kind: `${clean(job.kind)} in queue ${clean(job.queue)}`,
    Status: paintStatus(terminal)(job.status),
    Why: clean(reasonOf(job)),
    Attempt: `${job.attempt} of ${job.max_attempts}`,
    Created: `${time(job.created_at)} by ${clean(job.created_by.name)}${job.reason ? `: ${clean(job.reason)}` : ''}`,
    Due: job.status === 'scheduled' ? time(job.run_at) : '',
    Started: time(job.started_at),
    Waited: formatDuration(job.waited_ms),
    Ended: job.ended_at ? `${time(job.ended_at)}${job.ran_ms === null ? '' : ` after ${ranText(job)}`}` : '',
    Worker: clean(job.worker ?? ''),
    Parent: job.parent_id ?? '',
    Progress: json(job.progress),
    Input: json(job.input),
    Result: json(job.result),
    Page: page,
  }
}

function stepsOf(terminal: Terminal, { steps }: Job): string {
  if (!steps.length) return ''
  const columns = [
    { title: 'STEP', widthMin: 8 },
    { title: 'STATUS', paint: paintStatus(terminal) },
    { title: 'LINES', right: true },
    { title: 'RAN', right: true },
  ]
  const rows = steps.map(step => [
    clean(step.name),
    step.status,
    String(step.lines),
    span(step.started_at, step.ended_at),
  ])
  return `\n${table(columns, rows, terminal.width())}`
}
