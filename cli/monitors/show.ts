import type { Monitor } from '../../src/contract/monitors'
import { clean } from '../../text/display'
import { formatDuration } from '../../text/times'
import type { Context } from '../command'
import { EXIT } from '../exit'
import type { Terminal } from '../output/terminal'
import { age, clock } from '../output/times'
import { monitorIdOf } from './find'
import { labelText, STATUS_COLORS } from './list'

/** Shows a monitor with its last check. */
export async function showMonitor({ api, terminal }: Context, name: string, isJson: boolean): Promise<number> {
  const monitor = await api.get('/api/monitors/{id}', { id: await monitorIdOf(api, name) })
  if (isJson) terminal.json(monitor)
  else terminal.write(textOf(terminal, monitor))
  return EXIT.ok
}

function textOf(terminal: Terminal, monitor: Monitor): string {
  const fields = Object.entries(fieldsOf(terminal, monitor)).filter(([, text]) => text !== '')
  return fields.map(([name, text]) => `${terminal.paint('bold', `${name}:`.padEnd(12))}${text}\n`).join('')
}

function fieldsOf(terminal: Terminal, monitor: Monitor): Record<string, string> {
  const { last_check: check, status, retries } = monitor
  const every = formatDuration(monitor.interval_seconds * 1_000)
  return {
    Id: monitor.id,
    Name: clean(monitor.name),
    Status: `${terminal.paint(STATUS_COLORS[status], status)} for ${age(monitor.status_since)}`,
    Type: monitor.type,
    Target: clean(monitor.target ?? ''),
    Interval: retries
      ? `${every}, failures are tried ${retries} more times every ${monitor.retry_interval_seconds} s`
      : every,
    Timeout: formatDuration(monitor.timeout_ms),
    Settings: clean(JSON.stringify(monitor.settings)),
    Secrets: clean(monitor.has_secrets.join(', ')),
    Labels: clean(labelText(monitor.labels)),
    'Last check': check ? `${clock(check.checked_at)}, ${check.status}` : '',
    Latency: check?.latency_ms == null ? '' : formatDuration(check.latency_ms),
    Answer: check?.status_code == null ? '' : String(check.status_code),
    Error: check?.error ? clean(`${check.error.message} (${check.error.code})`) : '',
    Certificate: check?.tls ? `expires in ${check.tls.days_left} d (${check.tls.expires_at})` : '',
    'Next check': monitor.next_check_at ? clock(monitor.next_check_at) : '',
  }
}
