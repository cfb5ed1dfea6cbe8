import type { RetentionPolicy, RetentionStatus } from '../../src/contract/retention'
import { clean } from '../../text/display'
import { formatDuration } from '../../text/times'
import { defineCommand, JSON_OPTION } from '../command'
import { EXIT, Failure } from '../exit'
import { table } from '../output/table'
import type { Terminal } from '../output/terminal'
import { age, clock } from '../output/times'

export const retention = defineCommand({
  name: 'retention',
  operands: '',
  count: [0, 0],
  summary: 'Shows how long data is kept and the state of the clean-up',
  options: { json: JSON_OPTION },
  async run({ api, terminal }, { values }) {
    const status = await api.get('/api/retention').catch(error => {
      if (!(error instanceof Failure) || error.exitCode !== EXIT.missing) throw error
      throw new Failure(EXIT.missing, 'This server is too old to support retention: it keeps everything.')
    })
    if (values.json) terminal.json(status)
    else terminal.write(textOf(terminal, status))
    return EXIT.ok
  },
})

function textOf(terminal: Terminal, status: RetentionStatus): string {
  const { last_sweep_at, next_sweep_at, running_job_id } = status
  const sweeps = [
    last_sweep_at && `Last sweep: ${clock(last_sweep_at)}`,
    next_sweep_at && `Next sweep: ${clock(next_sweep_at)}`,
    running_job_id && `Running now: job ${running_job_id}`,
  ]
  return sweeps.map(line => (line ? `${line}\n` : '')).join('') + tableOf(terminal, status.policies)
}

function tableOf(terminal: Terminal, policies: readonly RetentionPolicy[]): string {
  const columns = [
    { title: 'TARGET', widthMin: 10 },
    { title: 'KEPT FOR', right: true },
    { title: 'OLDEST', right: true },
    { title: 'LAG', right: true },
    { title: 'ROWS', right: true },
    { title: 'DELETED', right: true },
    { title: 'SETTING', widthMin: 8 },
    { title: 'ERROR', widthMin: 8, paint: (text: string) => terminal.paint('red', text) },
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
