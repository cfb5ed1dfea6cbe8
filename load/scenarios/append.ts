import { median, rounded } from '../figures'
import { AIMS } from '../limits'
import type { Scenario } from './scenario'
import { type Feeder, LINE_BYTES, profiled, startViewers, TOPIC, TOPIC_PATH, targetOf, withStage } from './stage'

const LINES = 100_000
const ROUNDS = 5
const VIEWERS = 10

/** Durable ingest through the writer with connected viewers, compared with a bare insert loop on the same PostgreSQL. */
export const append: Scenario = ({ profileTo }) =>
  withStage(async ({ place, web, feeder }) => {
    const viewers = startViewers()
    const targets = [targetOf(web.url, TOPIC_PATH, place.token)]
    await viewers.ask('open', { targets, count: VIEWERS, look: 'count' })
    await ourRate(feeder, LINES / 5) // warm-up
    await bareRate(feeder, LINES / 5)
    const ours: number[] = []
    const bare: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await bareRate(feeder, LINES))
      ours.push(await profiled(feeder, `append-${round}`, profileTo, () => ourRate(feeder, LINES)))
      await viewers.ask('until', { lines: round * LINES, quietMs: 20_000 })
    }
    const seen = await viewers.ask('until', { lines: LINES * (ROUNDS + 0.2), quietMs: 20_000 })
    await viewers.stop()
    return {
      lines_per_s: rounded(median(ours)),
      bare_insert_lines_per_s: rounded(median(bare)),
      share: rounded(median(ours.map((rate, i) => rate / (bare[i] ?? Number.NaN)))),
      aim_share: AIMS.appendShare,
      rounds: ours.map((rate, i) => [rounded(rate), rounded(bare[i] ?? 0)]),
      viewers: VIEWERS,
      viewer_faults: seen.faultCount,
      processes: ['web', 'feeder', 'viewers', 'postgres', 'redis'],
    }
  })

async function ourRate(feeder: Feeder, lines: number) {
  const { startedMs, durableMs } = await feeder.ask('write', { topic: TOPIC, lines, lineBytes: LINE_BYTES })
  return (lines / (durableMs - startedMs)) * 1_000
}

async function bareRate(feeder: Feeder, lines: number) {
  const { startedMs, durableMs } = await feeder.ask('insertBare', { lines, lineBytes: LINE_BYTES })
  return (lines / (durableMs - startedMs)) * 1_000
}
