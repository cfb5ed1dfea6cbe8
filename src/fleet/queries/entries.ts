import type { QueryCompletedEvent, QueryResult, QueryResultEvent, QueryState } from '../../contract/queries'
import type { NewEntry, Topic, TopicEntries } from '../../streams'
import type { Agent } from '../agent'
import { endOf } from './kind'
import { countsOf, type Outcome, type QueryRow } from './query-store'

const SOURCE = 'fleet'

export const queryTopic = ({ tenant_id, id }: Pick<QueryRow, 'tenant_id' | 'id'>): Topic => ({
  tenantId: tenant_id,
  name: `query:${id}`,
})

/** The state of a query, which readers of its topic get when they join and after each change. */
export function statusEntry(query: QueryRow): NewEntry {
  const { id, status, row_count, columns, deadline_at, ended_at } = query
  const times = { deadline_at: deadline_at.toISOString(), ended_at: ended_at?.toISOString() ?? null }
  const state = { id, status, outcome: endOf(query), counts: countsOf(query), row_count, columns }
  const data: QueryState = { query: { ...state, ...times } }
  return { kind: 'status', source: SOURCE, data, state: data }
}

/** The entries for one host's answer, in the topics of the query, the host, the tenant and the job. */
export function resultEntries(query: QueryRow, agent: Agent, outcome: Outcome, late: boolean): TopicEntries[] {
  const { tenantId, hostId, hostIdentifier, hostname, platform } = agent
  const { state, rowCount, columns, preview, truncated, error } = outcome
  const isTruncated = truncated || preview.length < rowCount
  const summary: QueryResultEvent = {
    host_id: hostId,
    host_identifier: hostIdentifier,
    hostname,
    query_id: query.id,
    status: state === 'completed' || state === 'no_rows' ? 'completed' : 'failed',
    state,
    occurred_at: new Date().toISOString(),
    error,
    row_count: rowCount,
    truncated: isTruncated,
    late,
  }
  const data: QueryResult = { ...summary, columns, rows: preview }
  const result = { kind: 'query_result', source: SOURCE, data }
  const event = {
    kind: 'query_result',
    source: SOURCE,
    data: { labels: { host_id: hostId, query_id: query.id, platform }, data: summary },
  }
  const topics: TopicEntries[] = [
    { topic: queryTopic(query), entries: [result] },
    { topic: { tenantId, name: `host:${hostId}` }, entries: [result], onlyWhileOpen: true },
    { topic: { tenantId, name: 'events' }, entries: [event] },
  ]
  // The job may have ended before its query, and its log has ended with it.
  const line = { topic: { tenantId, name: `job:${query.id}` }, entries: [lineOf(agent, outcome, query.id)] }
  if (!late) topics.push({ ...line, onlyWhileOpen: true })
  return topics
}

function lineOf({ hostId, hostname, hostIdentifier }: Agent, outcome: Outcome, queryId: string): NewEntry {
  const { state, rowCount, truncated, error, stats } = outcome
  const took = stats?.wall_time_ms == null ? '' : ` in ${stats.wall_time_ms} ms`
  const text = {
    completed: `${rowCount} row${rowCount === 1 ? '' : 's'}${truncated ? ' (truncated)' : ''}${took}`,
    no_rows: `no rows${took}`,
    failed: `failed: ${error}`,
    denylisted: `not run: ${error}`,
  }
  return {
    kind: 'log',
    level: error === null ? 'info' : 'warn',
    source: 'query',
    message: `${hostname || hostIdentifier}: ${text[state]}`,
    data: { host_id: hostId, query_id: queryId, state, row_count: rowCount },
  }
}

/** The entries for the end of a query, which also end its topic. */
export function endEntries(query: QueryRow): TopicEntries[] {
  const { id, tenant_id, status, row_count } = query
  const data: QueryCompletedEvent = { query_id: id, status, counts: countsOf(query), row_count }
  return [
    { topic: queryTopic(query), entries: [statusEntry(query)], end: status },
    {
      topic: { tenantId: tenant_id, name: 'events' },
      entries: [{ kind: 'query_completed', source: SOURCE, data: { labels: { query_id: id }, data } }],
    },
  ]
}
