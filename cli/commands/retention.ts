import { clean } from '../../text/display'
import { formatDuration } from '../../text/times'
import { defineCommand, JSON_OPTION } from '../command'
import { EXIT, Failure } from '../exit'
import { table } from '../output/table'
import type { Terminal } from '../output/terminal'
import { age, clock } from '../output/times'

interface Policy {
  target: string
  keep_seconds: number
  setting: string | null
  oldest_kept_at: string | null
  lag_seconds: number | null
  rows: number | null
  last_sweep: { at: string; deleted: number } | null
  error: { message: string } | null
}

interface Answer {
  policies: Policy[]
  last_sweep_at: string | null
  next_sweep_at: string | null
  running_job_id: string | null
}

export const retention = defineCommand({
  name: 'retention',
  operands: '',
  count: [0, 0],
  summary: 'Shows what is kept for how long, and how far cleaning up has come',
  options: { json: JSON_OPTION },
  async run({ api, terminal }, { values }) {
    const answer = await api.get<Answer>('/api/retention').catch(error => {
      if (!(error instanceof Failure) || error.exitCode !== EXIT.missing) throw error
      throw new Failure(EXIT.missing, 'This server has no retention yet: it keeps everything. A newer version has it.')
    })
    if (values.json) terminal.json(answer)
    else terminal.write(textOf(terminal, answer))
    return EXIT.ok
  },
})

function textOf(terminal: Terminal, answer: Answer): string {
  const { last_sweep_at, next_sweep_at, running_job_id } = answer
  const sweeps = [
    last_sweep_at && `Last sweep: ${clock(last_sweep_at)}`,
    next_sweep_at && `Next sweep: ${clock(next_sweep_at)}`,
    running_job_id && `Running now: job ${running_job_id}`,
  ]
  return sweeps.map(line => (line ? `${line}\n` : '')).join('') + tableOf(terminal, answer.policies)
}

function tableOf(terminal: Terminal, policies: readonly Policy[]): string {
  const columns = [
    { title: 'TARGET', least: 10 },
    { title: 'KEPT FOR', right: true },
    { title: 'OLDEST', right: true },
    { title: 'LAG', right: true },
    { title: 'ROWS', right: true },
    { title: 'DELETED', right: true },
    { title: 'SETTING', least: 8 },
    { title: 'ERROR', least: 8, paint: (text: string) => terminal.paint('red', text) },
  ]
  const seconds = (value: number | null) => (value ? formatDuration(value * 1_000) : '')
  const rows = policies.map(({ target, keep_seconds, oldest_kept_at, lag_seconds, ...policy }) => [
    clean(target),
    seconds(keep_seconds) || 'not kept',
    oldest_kept_at ? age(oldest_kept_at) : '',
    seconds(lag_seconds),
    policy.rows === null ? '' : String(policy.rows),
    policy.last_sweep ? String(policy.last_sweep.deleted) : '',
    clean(policy.setting ?? ''),
    clean(policy.error?.message ?? ''),
  ])
  return table(columns, rows, terminal.width())
}
