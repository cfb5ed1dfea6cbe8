import { setTimeout as delay } from 'node:timers/promises'
import { createDb } from '../../../src/base/db'
import { rounded } from '../../figures'
import { AIMS } from '../../limits'
import { startServer } from '../../place'
import type { Scenario } from '../scenario'
import { CONTAINERS, listAgents, type Stage, watch, withMachines } from './stage'

const AGENTS = 100
const WATCHED = 20
const BEFORE_MS = 30_000
const OUTAGE_MS = 600_000
const LOOK_MS = 250
/** Records that an agent has sent and that are not acknowledged yet, as at any time. */
const ON_THE_WAY = 20
const CATCH_UP_MS_MAX = 600_000
/** Samples are 5 s apart, and a loaded machine is late now and then. */
const HOLE_S = 15

/** The server is away for ten minutes: until all that agents kept is stored, delays of what is new meanwhile, holes left. */
export const agentOutage: Scenario = () =>
  withMachines(AGENTS, async stage => {
    const { place, server, machines } = stage
    await delay(BEFORE_MS)
    const port = new URL(server.url).port
    const fromDate = new Date()
    await server.stop()
    await delay(OUTAGE_MS)
    const restarted = { ...stage, server: await startServer(place, 'all', { PORT: port }) }
    const startedMs = performance.now()
    await machines.ask('untilConnected', undefined)
    const connectedMs = performance.now() - startedMs
    const viewers = await watch(restarted, WATCHED)
    await untilCaughtUp(restarted)
    const caughtUpMs = performance.now() - startedMs
    const meanwhile = await viewers.ask('summary', undefined)
    const kept = await keptSince(stage, fromDate)
    await viewers.ask('close', undefined)
    await viewers.stop()
    await machines.ask('end', undefined)
    await machines.stop()
    await restarted.server.stop()
    return {
      agents: AGENTS,
      containers_each: CONTAINERS,
      outage_s: OUTAGE_MS / 1_000,
      connected_s: rounded(connectedMs / 1_000),
      caught_up_s: rounded(caughtUpMs / 1_000),
      live_meanwhile: meanwhile,
      aim_live_ms_max: AIMS.agentLiveMsMax,
      ...kept,
      processes: ['all', 'machines', 'viewers', 'postgres', 'redis'],
    }
  })

async function untilCaughtUp({ server }: Stage) {
  const caughtUp = new Set<string>()
  for (const startedMs = performance.now(); performance.now() - startedMs < CATCH_UP_MS_MAX; await delay(LOOK_MS)) {
    for (const { id, backlog } of await listAgents(server)) if (backlog <= ON_THE_WAY) caughtUp.add(id)
    if (caughtUp.size === AGENTS) return
  }
  throw new Error(`Not all agents had caught up after ${CATCH_UP_MS_MAX / 1_000} s`)
}

/** Samples since then, and how many times nothing of a machine or container is stored for long. */
async function keptSince({ place }: Stage, from: Date) {
  const db = createDb(place.databaseUrl, 1)
  try {
    const { rows } = await db.raw(
      `SELECT count(*)::float8 AS samples, count(*) FILTER (WHERE at - before > make_interval(secs => ?))::float8 AS holes
       FROM (SELECT at, lag(at) OVER (PARTITION BY subject ORDER BY at) AS before FROM agent_samples WHERE at >= ?) AS s`,
      [HOLE_S, from],
    )
    return rows[0] as { samples: number; holes: number }
  } finally {
    await db.destroy()
  }
}
