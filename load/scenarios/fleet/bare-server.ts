import { median, nowMs, rounded } from '../../figures'
import type { BareFleetQuestions } from '../../peers/bare-fleet'
import { startProgram } from '../../programs/program'
import { ask, type FleetStage, type Hosts, ONE_ROW, whenComplete, withHosts } from './stage'

const ROUNDS = 5
/** Fraction of hosts with a held read; the others are between two reads, one second apart. */
const WAITING = 0.85

/**
 * Time from the request that creates a query until the waiting hosts know that their answers are durable, without viewers,
 * compared with a server that also holds reads but stores nothing. Much of both is the time of the simulated hosts.
 */
export async function compareWithBare(stage: FleetStage, ours: Hosts, count: number) {
  const bare = startProgram<BareFleetQuestions>('load/peers/bare-fleet')
  const url = await bare.ask('listen', undefined)
  const rounds = await withHosts(url, 'none', count, async theirs => {
    const times: { ours: number; bare: number }[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const bareMs = await untilAccepted(theirs, count, () => bare.ask('ask', { sql: ONE_ROW }))
      const oursMs = await untilAccepted(ours, count, async () => {
        const asked = await ask(stage, ONE_ROW)
        await whenComplete(stage, asked, { hosts: count, rows: count })
      })
      if (round) times.push({ ours: oursMs, bare: bareMs }) // the first round is a warm-up
    }
    return times
  })
  await bare.stop()
  return {
    ours_accepted_ms: rounded(median(rounds.map(each => each.ours))),
    bare_server_accepted_ms: rounded(median(rounds.map(each => each.bare))),
    share: rounded(median(rounds.map(each => each.bare / each.ours))),
  }
}

async function untilAccepted(hosts: Hosts, count: number, work: () => Promise<unknown>): Promise<number> {
  await hosts.ask('until', { counts: { heldReads: count * WAITING }, withinMs: 60_000 })
  const { answered } = await hosts.ask('tally', undefined)
  const startedMs = nowMs()
  const accepted = hosts.ask('until', { counts: { answered: answered + count * WAITING }, withinMs: 60_000 })
  const [doneMs] = await Promise.all([accepted, work()])
  return doneMs - startedMs
}
