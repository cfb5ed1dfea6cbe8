import { get } from 'node:http'
import { median, nowMs, percentile, rounded } from '../figures'
import { AIMS } from '../limits'
import { postgresCpuSeconds } from '../postgres-processes'
import { cpuSecondsOf, peakRssBytesOf, resetPeakRss } from '../processes'
import type { Scenario } from './scenario'
import { profiled, type Stage, startViewers, TOPIC, targetOf, withStage } from './stage'

const LINES = 200_000
/** With about as much text as lines of real services have. */
const LINE_BYTES = 160
const ROUNDS = 3
const READERS = 20
const JOINS = 200
const QUIET_MS = 60_000
const STREAM = '/api/service/logs/stream?service=worker'

/** The history of a long log: read whole by one reader and by many at once, and joined near its end. */
export const replay: Scenario = ({ profileTo }) =>
  withStage(async stage => {
    await stage.feeder.ask('write', { topic: TOPIC, lines: LINES, lineBytes: LINE_BYTES })
    const one = await rounds(stage, 1, profileTo)
    const many = await rounds(stage, READERS, profileTo)
    const waits = await profiled(stage.web, 'replay-join', profileTo, () => joins(stage))
    return {
      ...{ lines: LINES, line_bytes: LINE_BYTES, readers: READERS },
      ...{ to_one: one, to_each_of_many: many },
      join_ms: { p50: rounded(percentile(waits, 0.5)), p99: rounded(percentile(waits, 0.99)) },
      aim_join_ms_p99: AIMS.joinMsP99,
      processes: ['web', 'viewers', 'postgres', 'redis'],
    }
  })

/** Medians of some rounds; CPU time is that of a line to one reader. */
async function rounds(stage: Stage, count: number, profileTo: string | undefined) {
  const measured: Awaited<ReturnType<typeof round>>[] = []
  for (let i = 0; i < ROUNDS; i++)
    measured.push(await profiled(stage.web, `replay-${count}-${i}`, profileTo, () => round(stage, count)))
  const figure = (part: keyof (typeof measured)[0]) => rounded(median(measured.map(each => each[part])))
  return {
    lines_per_s: figure('linesPerSecond'),
    web_cpu_us_per_line: figure('webUs'),
    postgres_cpu_us_per_line: figure('postgresUs'),
    web_memory_growth_mib: figure('grownMib'),
  }
}

async function round({ web, place }: Stage, count: number) {
  const viewers = startViewers()
  const { rss } = await web.ask('memory', undefined)
  resetPeakRss(web.pid)
  const cpu = () => [cpuSecondsOf(web.pid), postgresCpuSeconds(place.folder)] as const
  const [webBefore, postgresBefore] = cpu()
  const startedMs = nowMs()
  await viewers.ask('open', { targets: [targetOf(web.url, `${STREAM}&limit=all`, place.token)], count, look: 'count' })
  const seen = await viewers.ask('until', { lines: LINES, quietMs: QUIET_MS })
  const [webAfter, postgresAfter] = cpu()
  const peak = peakRssBytesOf(web.pid)
  await viewers.stop()
  if (seen.faultCount) throw new Error(`Readers saw faults: ${seen.faults.join('; ')}`)
  const perLine = (seconds: number) => (seconds * 1e6) / (LINES * count)
  return {
    linesPerSecond: (LINES / (seen.lastAtMs - startedMs)) * 1_000,
    webUs: perLine(webAfter - webBefore),
    postgresUs: perLine(postgresAfter - postgresBefore),
    grownMib: (peak - rss) / 1024 / 1024,
  }
}

/** From each request to its first lines, in ms, one after the other. */
async function joins({ web, place }: Stage): Promise<number[]> {
  const waits: number[] = []
  for (let i = 0; i < JOINS; i++) {
    const startedMs = nowMs()
    await firstLines(`${web.url}${STREAM}&limit=100`, place.token)
    waits.push(nowMs() - startedMs)
  }
  return waits
}

function firstLines(url: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { authorization: `Bearer ${token}` } }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk
        if (!/^event: logs\n/m.test(text)) return
        request.destroy()
        resolve()
      })
      response.on('error', () => undefined) // cut above
    }).on('error', reject)
  })
}
