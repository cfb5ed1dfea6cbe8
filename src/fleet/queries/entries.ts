import type { NewEntry, Topic, TopicEntries } from '../../streams'
import type { Agent } from '../agent'
import { countsOf, type Outcome, type QueryRow } from './query'

const SOURCE = 'fleet'

export const queryTopic = ({ tenant_id, id }: Pick<QueryRow, 'tenant_id' | 'id'>): Topic => ({
  tenantId: tenant_id,
  name: `query:${id}`,
})

/** What a reader of a query's topic is told at once and on each change. */
export function statusEntry(query: QueryRow): NewEntry {
  const { id, status, row_count, columns, deadline_at, ended_at } = query
  const data = { query: { id, status, counts: countsOf(query), row_count, columns, deadline_at, ended_at } }
  return { kind: 'status', source: SOURCE, data, state: data }
}

/** The entries that tell of one host's answer: to who watches the query, the host, the job, the tenant. */
export function resultEntries(query: QueryRow, agent: Agent, outcome: Outcome, late: boolean): TopicEntries[] {
  const { tenantId, hostId, hostIdentifier, hostname, platform } = agent
  const { state, rowCount, columns, preview, truncated, error } = outcome
  const told = {
    host_id: hostId,
    host_identifier: hostIdentifier,
    hostname,
    query_id: query.id,
    status: state === 'completed' || state === 'no_rows' ? 'completed' : 'failed',
    state,
    occurred_at: new Date().toISOString(),
    error,
    row_count: rowCount,
  }
  const isWhole = preview.length === rowCount && !truncated
  const result = {
    kind: 'query_result',
    source: SOURCE,
    data: { ...told, columns, rows: preview, truncated: !isWhole, late },
  }
  const event = {
    kind: 'query_result',
    source: SOURCE,
    data: { labels: { host_id: hostId, query_id: query.id, platform }, data: { ...told, truncated: !isWhole, late } },
  }
  const topics: TopicEntries[] = [
    { topic: queryTopic(query), entries: [result] },
    { topic: { tenantId, name: `host:${hostId}` }, entries: [result], onlyWhileOpen: true },
    { topic: { tenantId, name: 'events' }, entries: [event] },
  ]
  // A job that has ended says no more, and it may have ended before its query.
  const line = { topic: { tenantId, name: `job:${query.id}` }, entries: [lineOf(agent, outcome, query.id)] }
  if (!late) topics.push({ ...line, onlyWhileOpen: true })
  return topics
}

function lineOf({ hostId, hostname, hostIdentifier }: Agent, outcome: Outcome, queryId: string): NewEntry {
  const { state, rowCount, truncated, error, stats } = outcome
  const took = stats?.wall_time_ms == null ? '' : ` in ${stats.wall_time_ms} ms`
  const words = {
    completed: `${rowCount} row${rowCount === 1 ? '' : 's'}${truncated ? ' (cut)' : ''}${took}`,
    no_rows: `no rows${took}`,
    failed: `failed: ${error}`,
    denylisted: `not run: ${error}`,
  }
  return {
    kind: 'log',
    level: error === null ? 'info' : 'warn',
    source: 'query',
    message: `${hostname || hostIdentifier}: ${words[state]}`,
    data: { host_id: hostId, query_id: queryId, state, row_count: rowCount },
  }
}

/** The end of a query: its topic is closed and the tenant is told. */
export function endEntries(query: QueryRow): TopicEntries[] {
  const { id, tenant_id, status, row_count } = query
  const data = { query_id: id, status, counts: countsOf(query), row_count }
  return [
    { topic: queryTopic(query), entries: [statusEntry(query)], end: status },
    {
      topic: { tenantId: tenant_id, name: 'events' },
      entries: [{ kind: 'query_completed', source: SOURCE, data: { labels: { query_id: id }, data } }],
    },
  ]
}
