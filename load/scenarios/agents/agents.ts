import { setTimeout as delay } from 'node:timers/promises'
import { createDb } from '../../../src/base/db'
import { rounded } from '../../figures'
import { AIMS } from '../../limits'
import { postgresProcesses } from '../../postgres-processes'
import { cpuSecondsOf, rssBytesOf } from '../../processes'
import type { Scenario } from '../scenario'
import { profiled } from '../stage'
import { chartsOfADay } from './charts'
import { CONTAINERS, type Stage, watch, withMachines } from './stage'

const AGENTS = 200
/** Left in the end, each with a viewer: what is watched is measured each second, all else each 5 s. */
const WATCHED = 100
const SETTLE_MS = 10_000
const STEADY_MS = 60_000

/** Machines with 20 containers each: costs of 200, delays of 100 until their viewers have what happens, charts of a day. */
export const agents: Scenario = ({ profileTo }) =>
  withMachines(AGENTS, async stage => {
    const { server } = stage
    await delay(SETTLE_MS)
    const costs = await profiled(server, 'agents', profileTo, () => costsOf(stage, STEADY_MS))
    await stage.machines.ask('keep', WATCHED)
    const viewers = await watch(stage, WATCHED)
    await delay(SETTLE_MS)
    await viewers.ask('restart', undefined)
    const watchedCosts = await costsOf(stage, STEADY_MS)
    const live = await viewers.ask('summary', undefined)
    await viewers.ask('close', undefined)
    await viewers.stop()
    await stage.machines.ask('end', undefined)
    await stage.machines.stop()
    const charts = await chartsOfADay(stage)
    await server.stop()
    return {
      agents: AGENTS,
      containers_each: CONTAINERS,
      costs,
      watched: { agents: WATCHED, ...watchedCosts, ...live },
      aim_sample_ms_p95: AIMS.agentSampleMsP95,
      aim_line_ms_p99: AIMS.agentLineMsP99,
      charts,
      aim_chart_ms_p95: AIMS.agentChartMsP95,
      processes: ['all', 'machines', 'viewers', 'postgres', 'redis'],
    }
  })

/** What is stored in a time, and what it costs of a core. */
async function costsOf({ place, server, machines }: Stage, ms: number) {
  const db = createDb(place.databaseUrl, 1)
  const postgres = () => postgresProcesses(place.folder).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
  const look = async () => {
    const [{ samples }] = (await db.raw('SELECT count(*)::float8 AS samples FROM agent_samples')).rows
    const cpu = { server: cpuSecondsOf(server.pid), machines: cpuSecondsOf(machines.pid), postgres: postgres() }
    return { samples, cpu, atMs: performance.now() }
  }
  try {
    const before = await look()
    await delay(ms)
    const after = await look()
    const seconds = (after.atMs - before.atMs) / 1_000
    const percent = (name: keyof typeof before.cpu) => rounded(((after.cpu[name] - before.cpu[name]) / seconds) * 100)
    return {
      samples_per_s: rounded((after.samples - before.samples) / seconds),
      cpu_percent: { tailrace: percent('server'), postgres: percent('postgres'), machines: percent('machines') },
      rss_mib: rounded(rssBytesOf(server.pid) / 2 ** 20),
    }
  } finally {
    await db.destroy()
  }
}
