import { checkContract, isCheckingContracts } from '../../base/contract-check'
import { streamRoutes } from '../../contract/streams'
import type { Topic } from '../entry'
import { joinAll } from '../join-all'
import { readSubscription } from '../subscription'
import { closeWith } from './connection'
import { PollConnection } from './poll'
import { type SseDeps, type SseRequest, takeSlot } from './serve-sse'

/** Answers a long poll with the events after `after`, or with the first that arrive within `waitMs`. */
export async function servePoll(
  deps: SseDeps,
  { req, res, principal, query }: SseRequest,
  names: string[],
  waitMs: number,
): Promise<undefined> {
  const { hub, connections, metrics, settings } = deps
  const topics: Topic[] = names.map(name => ({ tenantId: principal.tenantId, name }))
  const subscription = readSubscription(names, query, undefined)
  // A poll that does not wait takes no slot, so that tabs beyond the limit stay live.
  const release = waitMs > 0 ? takeSlot(deps, principal, req) : () => undefined
  const connection = new PollConnection(
    names,
    principal.credentialId,
    { ...settings, heartbeatMs: Number.POSITIVE_INFINITY },
    metrics,
  )
  connection.whenClosed(release)
  closeWith(res, connection)
  try {
    const starts = subscription.starts.map(start => ({ ...start, continues: true }))
    const joined = await joinAll(hub, topics, { ...subscription, starts, role: principal.role }, connection)
    connection.readers.push(...joined.map(({ reader }) => reader))
    if (connection.isClosed) {
      for (const { reader } of joined) reader.close()
      return
    }
    connections.add(connection)
    const answer = await connection.collect(
      joined.map(({ begin }) => begin),
      waitMs,
    )
    if (isCheckingContracts())
      checkContract('GET /api/stream/poll 200', streamRoutes.poll.replies[200], JSON.parse(answer))
    res.type('json').set('Cache-Control', 'no-store').send(answer)
  } catch (error) {
    connection.abandon()
    throw error
  }
}
