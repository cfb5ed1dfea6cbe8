import { nowMs, rounded } from '../../figures'
import { refuseFaults } from './answers'
import { ask, type FleetStage, hostIds, mib, ONE_ROW, watch, whenComplete } from './stage'

const QUIET_MS = 60_000
const VIEWERS = 100

/** One host with 100,000 rows, 400 hosts with 750 rows each, and 40 queries to 1,000 hosts; nothing may be missing. */
export async function volumes(stage: FleetStage) {
  const ids = await hostIds(stage, 400)
  return {
    one_host_100000_rows: await large(stage, ids.slice(0, 1), 100_000),
    hosts_400_rows_750: await large(stage, ids, 750),
    results_40000: await many(stage),
  }
}

async function large(stage: FleetStage, hostIdsAsked: string[], rowsEach: number) {
  const hosts = hostIdsAsked.length
  const asked = await ask(stage, `select * from simulated_rows where count = ${rowsEach}`, { host_ids: hostIdsAsked })
  await watch(stage, asked, VIEWERS, 'check')
  const seen = await stage.viewers.ask('until', { lines: hosts, quietMs: QUIET_MS })
  refuseFaults(seen)
  await whenComplete(stage, asked, { hosts, rows: hosts * rowsEach })
  const { total } = await stage.web.get(`/api/queries/${asked.id}/results?limit=1`)
  if (total !== hosts * rowsEach) throw new Error(`${total} of ${hosts * rowsEach} rows can be read`)
  return {
    ...{ rows: total, all_results_ms: rounded(seen.lastAtMs - asked.sentMs), viewers: VIEWERS },
    ...{ viewer_kib: rounded(seen.bytes / VIEWERS / 1_024), ...(await memory(stage)) },
  }
}

/** @returns the time for 40,000 results, with 100 viewers of the last query */
async function many(stage: FleetStage) {
  const [queries, hosts] = [40, 1_000]
  const startedMs = nowMs()
  const asked = []
  for (let n = 0; n < queries; n++) asked.push(await ask(stage, `${ONE_ROW} and ${n} = ${n}`))
  const last = asked.at(-1)
  if (last) await watch(stage, last, VIEWERS, 'check')
  refuseFaults(await stage.viewers.ask('until', { lines: hosts, quietMs: QUIET_MS }))
  for (const each of asked) await whenComplete(stage, each, { hosts, rows: hosts })
  const seconds = (nowMs() - startedMs) / 1_000
  const results = queries * hosts
  return { results, seconds: rounded(seconds), results_per_s: rounded(results / seconds), ...(await memory(stage)) }
}

async function memory({ web, viewers }: FleetStage) {
  const [{ rss }, { rss: watching }] = [await web.ask('memory', undefined), await viewers.ask('memory', undefined)]
  return { web_rss_mib: mib(rss), viewers_rss_mib: mib(watching) }
}
