import { AIMS } from '../../limits'
import { startBlackbox } from '../../peers/blackbox'
import { type Place, startPlace, startServer } from '../../place'
import type { Scenario } from '../scenario'
import { profiled } from '../stage'
import { checking } from './checking'
import { outages } from './outages'
import { readList } from './reading'
import { fullSpeed } from './speed'
import { timeUntilAllChecked } from './starting'
import { MONITORS, startTargets, type Targets } from './targets'

const INTERVAL_S = 10
/** Those that never answer take this long. */
const TIMEOUT_MS = 5_000
const ENV = { OUTBOUND_ALLOW: '127.0.0.0/8' }

/**
 * 1,000 monitors every 10 s, of which 5 % never get an answer: how soon after a start all are checked, how late checks
 * begin, what they cost; from an outage to its webhook; and at full speed beside blackbox_exporter and bare requests.
 */
export const monitors: Scenario = async ({ profileTo }) => {
  const place = await startPlace()
  const targets = await startTargets()
  try {
    await create(place, targets)
    const started = await timeUntilAllChecked(place, () => startServer(place, 'all', ENV))
    const { server } = started
    const steady = await profiled(server, 'monitors', profileTo, () => checking(place, server))
    const list = await readList(server, place.token)
    const outage = await outages(server, targets)
    const speed = await fullSpeed(place, server, targets, await startBlackbox())
    await server.stop()
    return {
      monitors: MONITORS,
      interval_s: INTERVAL_S,
      silent_percent: 5,
      all_checked_ms: started.allCheckedMs,
      aim_all_checked_ms: AIMS.monitorsAllCheckedMs,
      steady,
      aim_lag_ms_p99: AIMS.monitorsLagMsP99,
      list,
      outage,
      speed,
      processes: ['all (with workers)', 'postgres', 'redis', 'targets', 'client'],
    }
  } finally {
    await targets.program.stop()
    await place.stop()
  }
}

/** By a process that ends, so that what follows is a start with monitors that are there. */
async function create(place: Place, { urls }: Targets) {
  const server = await startServer(place, 'all', ENV)
  const monitors = urls.map((target, no) => ({
    ...{ name: `Server ${no}`, type: 'http', target, interval_seconds: INTERVAL_S, timeout_ms: TIMEOUT_MS },
    labels: { rack: String(no % 10) },
  }))
  await server.post('/api/monitors/import', { monitors })
  await server.stop()
}
