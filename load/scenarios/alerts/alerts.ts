import { rounded } from '../../figures'
import { AIMS } from '../../limits'
import { startAlertmanager } from '../../peers/alertmanager'
import { type Place, type Server, startPlace, startServer } from '../../place'
import { postgresProcesses } from '../../postgres-processes'
import { cpuSecondsOf, rssBytesOf } from '../../processes'
import type { Scenario } from '../scenario'
import { profiled } from '../stage'
import { bodiesOf } from './bodies'
import { CONNECTIONS, postAll, type Receiver } from './posting'
import { readAlertmanagerApi, readPage, untilQuiet } from './reading'
import { telling } from './telling'

const COUNTS = [1_000, 10_000, 30_000]
/** Alertmanager answers with all alerts only, so larger counts are read by pages alone. */
const READ_MAX = 10_000
const WARM_UP = 2_000

/**
 * Accepting alerts: distinct ones, then the same again; reading them; telling of new ones. Beside Debian's Alertmanager, which keeps them in memory; here they
 * are durable before the answer. Each count has a fresh server, because the other alerts would still be firing.
 */
export const alerts: Scenario = async ({ profileTo }) => {
  const rounds: Record<string, unknown> = {}
  const shares: number[] = []
  let [hasPeer, fullCount] = [true, 0]
  for (const count of COUNTS) {
    const ours = await measureOurs(count, profileTo)
    const theirs = await measurePeer(count)
    rounds[count] = { ours, ...(theirs && { alertmanager: theirs }) }
    if (theirs) shares.push(ours.new.alerts_per_s / theirs.new.alerts_per_s)
    else hasPeer = false
    fullCount = count
  }
  if (!hasPeer) console.error('Alertmanager is left out: /usr/bin/prometheus-alertmanager is not installed')
  return {
    rounds,
    share: shares.map(rounded),
    aim_share: AIMS.alertsShare,
    told: await telling(),
    firing_at_end: fullCount,
    connections: CONNECTIONS,
    batch: 64,
    processes: ['all (with workers)', 'postgres', 'redis', 'alertmanager', 'client'],
  }
}

async function measureOurs(count: number, profileTo: string | undefined) {
  const place = await startPlace()
  try {
    const server = await startServer(place, 'all')
    const receiver = receiverOf(place, server)
    const figures = await profiled(server, `alerts-${count}`, profileTo, () => measure(receiver, count))
    const page = await readPage(receiver)
    return { ...figures, get_page_of_100: page, rss_mib: rounded(rssBytesOf(server.pid) / 2 ** 20) }
  } finally {
    await place.stop()
  }
}

function receiverOf(place: Place, server: Server): Receiver {
  const pids = () => [server.pid, ...postgresProcesses(place.folder)]
  return {
    url: server.url,
    headers: { authorization: `Bearer ${place.token}` },
    cpuSeconds: () => pids().reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
  }
}

async function measurePeer(count: number) {
  const peer = await startAlertmanager()
  if (!peer) return undefined
  try {
    const { url, cpuSeconds } = peer
    const figures = await measure({ url, headers: {}, cpuSeconds }, count)
    return { ...figures, rss_mib: rounded(peer.rssBytes() / 2 ** 20) }
  } finally {
    await peer.stop()
  }
}

async function measure(receiver: Receiver, count: number) {
  const now = Date.now()
  // resolved, so that they are not among the firing ones
  await postAll(receiver, bodiesOf(WARM_UP, now - 2 * 3_600_000), WARM_UP)
  const bodies = bodiesOf(count, now)
  const added = await postAll(receiver, bodies, count)
  const quietMs = await untilQuiet(receiver)
  const repeated = await postAll(receiver, bodies, count)
  await untilQuiet(receiver)
  const reads = count <= READ_MAX && (await readAlertmanagerApi(receiver, count))
  return { new: added, quiet_after_ms: quietMs, repeated, ...reads }
}
