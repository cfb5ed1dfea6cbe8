import { rounded } from '../../figures'
import type { Scenario } from '../scenario'
import { profiled } from '../stage'
import { ofHundred, ofOneHost, ofThousand, refuseFaults } from './answers'
import { compareWithBare } from './bare-server'
import { perHost, statementsPerMinute } from './idle'
import { ask, type FleetStage, type Hosts, mib, ONE_ROW, watch, whenComplete, withFleetStage } from './stage'
import { volumes } from './volumes'

const MANY = 1_000
const MOST = 5_000

/** Live queries to simulated hosts, from the request that creates one to the viewers of its stream. */
export const fleet: Scenario = ({ profileTo }) =>
  withFleetStage(async stage => {
    const baseline = await statementsPerMinute(stage)
    const hundred = await ofHundred(stage)
    const thousand = await stage.hosts(MANY, async hosts => ({
      one_host: await ofOneHost(stage),
      answers: await profiled(stage.web, 'fleet-1000', profileTo, () => ofThousand(stage, hosts)),
      idle: perHost(baseline, await statementsPerMinute(stage), MANY),
      volumes: await volumes(stage),
      bare_server: await compareWithBare(stage, hosts, MANY),
    }))
    const most = await stage.hosts(MOST, hosts => ofMost(stage, hosts))
    const { refusals } = await stage.viewers.ask('summary', undefined)
    const processes = [
      'web',
      'worker',
      'simulated hosts',
      'viewers',
      'postgres',
      'redis',
      'and a bare server with hosts',
    ]
    return { hosts_100: hundred, hosts_1000: thousand, hosts_5000: most, viewers_refused: refusals, processes }
  })

/** Each of 5,000 hosts answers once. */
async function ofMost(stage: FleetStage, hosts: Hosts) {
  const before = await stage.web.ask('memory', undefined)
  const asked = await ask(stage, ONE_ROW)
  await watch(stage, asked, 1, 'check')
  const seen = await stage.viewers.ask('until', { lines: MOST, quietMs: 60_000 })
  refuseFaults(seen)
  await whenComplete(stage, asked, { hosts: MOST, rows: MOST })
  const after = await stage.web.ask('memory', undefined)
  const { failures, resends, lastFailure } = await hosts.ask('tally', undefined)
  return {
    ...{ results: seen.lines, all_results_ms: rounded(seen.lastAtMs - asked.sentMs) },
    ...{ web_rss_mib_before: mib(before.rss), web_rss_mib_after: mib(after.rss), failed_requests: failures, resends },
    ...(failures ? { last_failure: lastFailure } : {}),
  }
}
