import { median, nowMs, rounded } from '../figures'
import { AIMS } from '../limits'
import { startBetterSse } from '../peers/better-sse'
import { type Nchan, startNchan } from '../peers/nchan'
import type { Peer } from '../peers/peer'
import { cpuSecondsOf } from '../processes'
import { type RecordedFrame, record } from '../viewing/record'
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
const LINES_1000 = LINES / 4
const PEER_LINES = 5_000
/** A rate that every server can sustain, to measure latency rather than throughput. */
const PACED = { perSecond: 500, lines: 2_500 }

interface Peers {
  nchan: Nchan | undefined
  betterSse: Peer | undefined
}

/** What one round has shown. */
interface Round {
  linesPerSecond: number
  /** CPU time of the server for a line delivered to one viewer. */
  cpuUs: number
}

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

async function run(stage: Stage, peers: Peers, profileTo?: string) {
  const frames = await ourFrames(stage)
  const rounds: Record<string, Round[]> = {}
  const add = (name: string, round: Round) => {
    rounds[name] = [...(rounds[name] ?? []), round]
  }
  for (let i = 0; i < ROUNDS; i++) {
    const ours = (count: number, lines: number) => () => ourRound(stage, count, lines)
    add('ours', await profiled(stage.web, `fanout-${i}`, profileTo, ours(100, LINES)))
    if (peers.nchan) {
      add('framed', await framedRound(peers.nchan, 100, frames))
      add('nchan', await messageRound(peers.nchan.perMessage, 100, peers.nchan.cpuSeconds))
    }
    if (peers.betterSse) add('betterSse', await messageRound(peers.betterSse, 100, () => 0))
    add('ours1000', await profiled(stage.web, `fanout-1000-${i}`, profileTo, ours(1_000, LINES_1000)))
    if (peers.nchan) add('framed1000', await framedRound(peers.nchan, 1_000, upTo(LINES_1000, frames)))
  }
  const all = (name: string, part: keyof Round) => rounds[name]?.map(round => round[part])
  const figure = (name: string, part: keyof Round = 'linesPerSecond') => {
    const values = all(name, part)
    return values ? rounded(median(values)) : 'skipped: not installed'
  }
  const times = (peer: string, ours = 'ours') => {
    const mine = all(ours, 'linesPerSecond') ?? []
    const values = all(peer, 'linesPerSecond')?.map((rate, i) => (mine[i] ?? 0) / rate)
    return values ? rounded(median(values)) : null
  }
  return {
    delivered_lines_per_s_100_viewers: figure('ours'),
    delivered_lines_per_s_1000_viewers: figure('ours1000'),
    nchan_same_frames_100_viewers: figure('framed'),
    nchan_same_frames_1000_viewers: figure('framed1000'),
    times_nchan_same_frames_100_viewers: times('framed'),
    times_nchan_same_frames_1000_viewers: times('framed1000', 'ours1000'),
    aim_times_nchan_same_frames: AIMS.fanoutTimesNchanFramed,
    cpu_us_per_line_100_viewers: figure('ours', 'cpuUs'),
    cpu_us_per_line_1000_viewers: figure('ours1000', 'cpuUs'),
    nchan_same_frames_cpu_us_per_line_100_viewers: figure('framed', 'cpuUs'),
    nchan_same_frames_cpu_us_per_line_1000_viewers: figure('framed1000', 'cpuUs'),
    nchan_per_message_100_viewers: figure('nchan'),
    better_sse_per_message_100_viewers: figure('betterSse'),
    times_nchan: times('nchan'),
    aim_times_nchan: AIMS.fanoutTimesNchan,
    times_better_sse: times('betterSse'),
    publish_to_client_ms_100_viewers: await delayOf(stage, 100),
    publish_to_client_ms_1000_viewers: await delayOf(stage, 1_000),
    paced_lines_per_s: PACED.perSecond,
    line_bytes: lineBytes(),
    lines_per_frame: rounded(LINES / frames.length),
  }
}

/** The frames of a first round, which also warms up the server. */
async function ourFrames(stage: Stage): Promise<RecordedFrame[]> {
  const { frames, stop } = await record(targetOf(stage.web.url, TOPIC_PATH, stage.place.token))
  await ourRound(stage, 100, LINES)
  stop()
  return frames
}

function upTo(lines: number, frames: readonly RecordedFrame[]): RecordedFrame[] {
  let sum = 0
  return frames.filter(frame => {
    const isWanted = sum < lines
    sum += frame.lines
    return isWanted
  })
}

/** From the first line written to the last one received. */
async function ourRound(stage: Stage, count: number, lines: number): Promise<Round> {
  const viewers = await openOurs(stage, count, 'count')
  const cpuSeconds = () => cpuSecondsOf(stage.web.pid)
  const deliver = async () => {
    const { startedMs } = await stage.feeder.ask('write', { topic: TOPIC, lines, lineBytes: LINE_BYTES })
    return startedMs
  }
  return roundOf(viewers, { count, lines, cpuSeconds, deliver })
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

/** One event for each line. */
function messageRound(peer: Peer, count: number, cpuSeconds: () => number): Promise<Round> {
  const messages = Array.from({ length: PEER_LINES }, (_, i) => message(i))
  return peerRound(peer, count, { lines: PEER_LINES, messages, cpuSeconds })
}

/** The very bytes that our viewers received. */
function framedRound({ perFrame, cpuSeconds }: Nchan, count: number, frames: RecordedFrame[]): Promise<Round> {
  const lines = frames.reduce((sum, frame) => sum + frame.lines, 0)
  return peerRound(perFrame, count, { lines, messages: frames.map(({ text }) => text), cpuSeconds })
}

async function peerRound(
  peer: Peer,
  count: number,
  { lines, messages, cpuSeconds }: { lines: number; messages: string[]; cpuSeconds(): number },
): Promise<Round> {
  const viewers = startViewers()
  await viewers.ask('open', { targets: [targetOf(peer.url, peer.path)], count, look: 'count' })
  const deliver = async () => {
    const startedMs = nowMs()
    await peer.publish(messages)
    return startedMs
  }
  return roundOf(viewers, { count, lines, cpuSeconds, deliver })
}

/** @param deliver sends everything; resolves with when it started, in ms */
async function roundOf(
  viewers: ViewerProgram,
  round: { count: number; lines: number; cpuSeconds(): number; deliver(): Promise<number> },
): Promise<Round> {
  const { count, lines, cpuSeconds, deliver } = round
  const cpuBefore = cpuSeconds()
  const [startedMs, seen] = await Promise.all([deliver(), viewers.ask('until', { lines, quietMs: QUIET_MS })])
  const cpuUs = ((cpuSeconds() - cpuBefore) / (count * lines)) * 1e6
  await viewers.stop()
  if (seen.faultCount) throw new Error(`Viewers saw faults: ${seen.faults.join('; ')}`)
  return { linesPerSecond: ((count * lines) / (seen.lastAtMs - startedMs)) * 1_000, cpuUs }
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
