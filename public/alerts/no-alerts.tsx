import { Empty } from '../components/empty'
import { isAdmin } from '../session'
import type { AlertFilters } from './filters'

interface NoAlertsProps {
  filters: AlertFilters
  isFiltered: boolean
}

/** Why the list is empty, and what to do next. */
export function NoAlerts({ filters, isFiltered }: NoAlertsProps) {
  if (isFiltered) {
    return (
      <Empty title={filters.state === 'resolved' ? 'No resolved alerts match' : 'No alerts match'}>
        <a href="/alerts">Show all open alerts</a>
      </Empty>
    )
  }
  return (
    <Empty title="Nothing fires">
      <p>
        Failed jobs, missing hosts and trouble of Tailrace itself appear here.{' '}
        <a href="/alerts?state=resolved">What was resolved</a> is kept.
      </p>
      <p>To see those of Prometheus as well, name this server in its configuration as an Alertmanager:</p>
      <pre class="empty-code">{configuration()}</pre>
      <p>
        {isAdmin.value ? (
          <>
            <a href="/settings">Create a token</a> for it with the role operator.
          </>
        ) : (
          'Ask an admin for a token with the role operator.'
        )}{' '}
        All endpoints are in the <a href="/api/docs">API documentation</a>.
      </p>
    </Empty>
  )
}

/** Prometheus' `alerting` section for this server. */
const configuration = () => `alerting:
  alertmanagers:
    - scheme: ${location.protocol.replace(':', '')}
      authorization: { credentials: <token> }
      static_configs: [{ targets: ["${location.host}"] }]`
