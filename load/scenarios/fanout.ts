import { median, nowMs, rounded } from '../figures'
import { AIMS } from '../limits'
import { startBetterSse } from '../peers/better-sse'
import { startNchan } from '../peers/nchan'
import type { Peer } from '../peers/peer'
import type { Scenario } from './scenario'
import {
  LINE_BYTES,
  profiled,
  type Stage,
  startViewers,
  TOPIC,
  TOPIC_PATH,
  targetOf,
  type ViewerProgram,
  withStage,
} from './stage'

const ROUNDS = 3
const QUIET_MS = 20_000
/** Lines per round; fewer for peers, whose rounds would take too long. */
const LINES = 60_000
const PEER_LINES = 5_000
/** A rate that every server can sustain, to measure latency rather than throughput. */
const PACED = { perSecond: 500, lines: 2_500 }

/** Delivered lines per second and publish-to-client times for 100 and 1,000 viewers, compared with other servers. */
export const fanout: Scenario = async ({ profileTo }) => {
  const nchan = await startNchan()
  const betterSse = await startBetterSse()
  try {
    const figures = await withStage(stage => run(stage, { nchan, betterSse }, profileTo))
    return { ...figures, processes: ['web', 'feeder', 'viewers', 'postgres', 'redis', 'or a peer and its viewers'] }
  } finally {
    await nchan?.stop()
    await betterSse?.stop()
  }
}

async function run(stage: Stage, peers: Record<'nchan' | 'betterSse', Peer | undefined>, profileTo?: string) {
  const rates: Record<string, number[]> = { ours: [], ours1000: [], nchan: [], betterSse: [] }
  await ourRound(stage, 100, LINES / 4)
  for (let round = 0; round < ROUNDS; round++) {
    const ours = () => ourRound(stage, 100, LINES)
    rates.ours?.push(await profiled(stage.web, `fanout-${round}`, profileTo, ours))
    if (peers.nchan) rates.nchan?.push(await peerRound(peers.nchan, 100))
    if (peers.betterSse) rates.betterSse?.push(await peerRound(peers.betterSse, 100))
    rates.ours1000?.push(await ourRound(stage, 1_000, LINES / 4))
  }
  const figure = (name: string) => (rates[name]?.length ? rounded(median(rates[name])) : 'skipped: not installed')
  const times = (name: string) =>
    rates[name]?.length ? rounded(median(rates[name].map((rate, i) => (rates.ours?.[i] ?? 0) / rate))) : null
  return {
    delivered_lines_per_s_100_viewers: figure('ours'),
    delivered_lines_per_s_1000_viewers: figure('ours1000'),
    nchan_per_message_100_viewers: figure('nchan'),
    better_sse_per_message_100_viewers: figure('betterSse'),
    times_nchan: times('nchan'),
    aim_times_nchan: AIMS.fanoutTimesNchan,
    times_better_sse: times('betterSse'),
    publish_to_client_ms_100_viewers: await delayOf(stage, 100),
    publish_to_client_ms_1000_viewers: await delayOf(stage, 1_000),
    paced_lines_per_s: PACED.perSecond,
    line_bytes: lineBytes(),
  }
}

/** Delivered lines per second, from the first line written to the last one received. */
async function ourRound(stage: Stage, count: number, lines: number): Promise<number> {
  const viewers = await openOurs(stage, count, 'count')
  const written = stage.feeder.ask('write', { topic: TOPIC, lines, lineBytes: LINE_BYTES })
  const [{ startedMs }, seen] = await Promise.all([written, viewers.ask('until', { lines, quietMs: QUIET_MS })])
  await viewers.stop()
  if (seen.faultCount) throw new Error(`Viewers saw faults: ${seen.faults.join('; ')}`)
  return ((count * lines) / (seen.lastAtMs - startedMs)) * 1_000
}

async function openOurs({ place, web }: Stage, count: number, look: 'count' | 'time'): Promise<ViewerProgram> {
  const viewers = startViewers()
  await viewers.ask('open', { targets: [targetOf(web.url, TOPIC_PATH, place.token)], count, look })
  return viewers
}

async function delayOf(stage: Stage, count: number) {
  const viewers = await openOurs(stage, count, 'time')
  await stage.feeder.ask('write', { topic: TOPIC, lineBytes: LINE_BYTES, ...PACED })
  const { latencyMs } = await viewers.ask('until', { lines: PACED.lines, quietMs: QUIET_MS })
  await viewers.stop()
  return latencyMs
}

async function peerRound(peer: Peer, count: number): Promise<number> {
  const viewers = startViewers()
  await viewers.ask('open', { targets: [targetOf(peer.url, peer.path)], count, look: 'count' })
  const messages = Array.from({ length: PEER_LINES }, (_, i) => message(i))
  const startedMs = nowMs()
  const received = viewers.ask('until', { lines: PEER_LINES, quietMs: QUIET_MS })
  const [, seen] = await Promise.all([peer.publish(messages), received])
  await viewers.stop()
  if (seen.faultCount) throw new Error(`Viewers of ${peer.url} saw faults: ${JSON.stringify(seen)}`)
  return ((count * PEER_LINES) / (seen.lastAtMs - startedMs)) * 1_000
}

/** The line as our server would send it. */
const message = (i: number) =>
  JSON.stringify({
    seq: 10_000 + i,
    line: 10_000 + i,
    timestamp: new Date().toISOString(),
    level: 'info',
    step: null,
    attempt: null,
    message: `t=${nowMs().toFixed(3)} `.padEnd(LINE_BYTES, '.'),
    source: 'load',
  })

const lineBytes = () => Buffer.byteLength(message(0))
