import type { MonitorStatus } from '../../src/contract/monitors'

const MEANINGS: Record<MonitorStatus, string> = {
  up: 'The last check succeeded',
  down: 'Checks fail, and trying again did not help',
  pending: 'Not checked yet',
  paused: 'Not checked until somebody resumes it',
}

/** The status of a monitor as a colored mark and text: color alone is not accessible. */
export const MonitorStatusMark = ({ status }: { status: MonitorStatus }) => (
  <span class={`status is-monitor-${status}`} title={MEANINGS[status]}>
    <span class="dot" aria-hidden="true" />
    {status}
  </span>
)
