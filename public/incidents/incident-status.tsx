import type { IncidentStatus } from '../../src/contract/incidents'

/** The status of an incident as a colored dot and text: color alone is not accessible. */
export const IncidentStatusMark = ({ status }: { status: IncidentStatus }) => (
  <span class={`status is-incident-${status}`}>
    <span class="dot" aria-hidden="true" />
    {status}
  </span>
)
