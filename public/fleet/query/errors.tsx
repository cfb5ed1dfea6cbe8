import { useEffect } from 'preact/hooks'
import type { Query } from '../../../src/contract/queries'
import { formatCount } from '../../../text/numbers'
import { Empty, Failure } from '../../components/empty'
import { useFetch } from '../../use-fetch'
import { groupErrors } from './error-list'
import type { View } from './view'

const HOSTS_READ = 500
const HOSTS_SHOWN = 2

interface ErrorsProps {
  query: Query
  set(change: Partial<View>): void
}

/** Errors of hosts that could not run the query, grouped by message. */
export function Errors({ query, set }: ErrorsProps) {
  const { failed, denylisted } = query.counts
  return (
    <section class="errors" aria-label="Errors">
      {failed + denylisted === 0 && <Empty title="No errors" />}
      {failed > 0 && <Groups queryId={query.id} state="failed" count={failed} set={set} />}
      {denylisted > 0 && <Groups queryId={query.id} state="denylisted" count={denylisted} set={set} />}
      {Math.max(failed, denylisted) > HOSTS_READ && (
        <p class="hint">Based on the first {formatCount(HOSTS_READ)} hosts by name.</p>
      )}
    </section>
  )
}

interface GroupsProps {
  queryId: string
  state: 'failed' | 'denylisted'
  /** The hosts are read again when it changes. */
  count: number
  set: ErrorsProps['set']
}

function Groups({ queryId, state, count, set }: GroupsProps) {
  const { value, problem, read } = useFetch('/api/queries/{id}/hosts', { id: queryId, state, limit: HOSTS_READ })
  useEffect(() => void read(), [count])
  if (problem.value !== '') return <Failure message={problem.value} onRetry={() => void read()} />
  return groupErrors(value.value?.items ?? []).map(({ message, hosts }) => (
    <div key={message} class="error-row">
      <b class="error-count">{formatCount(hosts.length)}</b>
      <span class="error-what" title={message}>
        {message}
      </span>
      <span class="error-hosts">
        {hosts.slice(0, HOSTS_SHOWN).map(host => (
          <a key={host.host_id} href={`/hosts/${host.host_id}`}>
            {host.hostname || host.host_identifier}
          </a>
        ))}
        {hosts.length > HOSTS_SHOWN && (
          <button type="button" class="link" onClick={() => set({ view: 'hosts', state: '', q: message })}>
            and {formatCount(hosts.length - HOSTS_SHOWN)} more
          </button>
        )}
      </span>
    </div>
  ))
}
