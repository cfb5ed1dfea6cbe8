import { median, nowMs, rounded } from '../../figures'
import type { BareFleetQuestions } from '../../peers/bare-fleet'
import { startProgram } from '../../programs/program'
import type { Scenario } from '../scenario'
import { profiled } from '../stage'
import { ofHundred, ofThousand, refuseFaults } from './answers'
import { perHost, statementsPerMinute } from './idle'
import { ask, type FleetStage, type Hosts, mib, ONE_ROW, watch, whenComplete, withFleetStage, withHosts } from './stage'
import { volumes } from './volumes'

const MANY = 1_000
const MOST = 5_000
const ROUNDS = 5

/** Live queries to simulated hosts, from the call that sends one to viewers of its stream. */
export const fleet: Scenario = async ({ profileTo }) => {
  const figures = await withFleetStage(async stage => {
    const nobody = await statementsPerMinute(stage)
    const hundred = await ofHundred(stage)
    const thousand = await stage.hosts(MANY, async hosts => ({
      answers: await profiled(stage.web, 'fleet-1000', profileTo, () => ofThousand(stage, hosts)),
      acceptedMs: await acceptedMs(stage, hosts),
      idle: perHost(nobody, await statementsPerMinute(stage), MANY),
      volumes: await volumes(stage),
    }))
    return { hundred, ...thousand, hosts_5000: await stage.hosts(MOST, hosts => ofMost(stage, hosts)) }
  })
  const { acceptedMs: ours, ...rest } = figures
  const bare = await bareMs()
  return {
    ...rest,
    ...{ all_accepted_ms: rounded(ours), bare_server_all_accepted_ms: rounded(bare), share: rounded(bare / ours) },
    processes: ['web', 'worker', 'simulated hosts', 'viewers', 'postgres', 'redis', 'or a bare server and hosts'],
  }
}

/** From the call that sends a query until 1,000 hosts know that their answers are durable; nobody looks on. */
async function acceptedMs(stage: FleetStage, hosts: Hosts): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { answered } = await hosts.ask('tally', undefined)
    const asked = await ask(stage, ONE_ROW)
    const doneMs = await hosts.ask('until', { counts: { answered: answered + MANY }, withinMs: 60_000 })
    times.push(doneMs - asked.sentMs)
    await whenComplete(stage, asked, { hosts: MANY, rows: MANY })
  }
  return median(times)
}

/** Each of 5,000 hosts answers once. */
async function ofMost(stage: FleetStage, hosts: Hosts) {
  const before = await stage.web.ask('memory', undefined)
  const asked = await ask(stage, ONE_ROW)
  await watch(stage, asked, 1, 'check')
  const seen = await stage.viewers.ask('until', { lines: MOST, quietMs: 60_000 })
  refuseFaults(seen)
  await whenComplete(stage, asked, { hosts: MOST, rows: MOST })
  const after = await stage.web.ask('memory', undefined)
  const { failures, resends } = await hosts.ask('tally', undefined)
  return {
    ...{ results: seen.lines, all_results_ms: rounded(seen.lastAtMs - asked.sentMs) },
    ...{ web_rss_mib_before: mib(before.rss), web_rss_mib_after: mib(after.rss), failed_requests: failures, resends },
  }
}

/** The same load on a server that keeps nothing. */
async function bareMs(): Promise<number> {
  const bare = startProgram<BareFleetQuestions>('load/peers/bare-fleet')
  const url = await bare.ask('listen', undefined)
  const times = await withHosts(url, 'none', MANY, async hosts => {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { answered } = await hosts.ask('tally', undefined)
      const startedMs = nowMs()
      await bare.ask('ask', { sql: ONE_ROW })
      rounds.push((await hosts.ask('until', { counts: { answered: answered + MANY }, withinMs: 60_000 })) - startedMs)
    }
    return rounds
  })
  await bare.stop()
  return median(times)
}
