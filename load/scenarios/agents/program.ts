import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { rounded } from '../../figures'
import { AIMS } from '../../limits'
import { startPlace, startServer } from '../../place'
import { cpuSecondsOf, peakRssBytesOf, resetPeakRss } from '../../processes'
import type { ContainerEngineQuestions } from '../../programs/container-engine'
import { startProgram } from '../../programs/program'
import type { Scenario } from '../scenario'

const CONTAINERS = 50
const LINES_PER_SECOND = 50
const LOOK_MS = 250
const SETTLE_MS = 30_000
const STEADY_MS = 60_000

/** What the agent itself takes, as users start it: it watches 50 containers at the usual interval, each of which writes a line a second. */
export const agentProgram: Scenario = async () => {
  const place = await startPlace()
  try {
    const server = await startServer(place, 'all')
    const { secret } = await server.post('/api/agent-tokens', { name: 'bench' })
    const tokenFile = join(place.folder, 'token')
    await writeFile(tokenFile, secret, { mode: 0o600 })
    const socket = join(place.folder, 'engine.sock')
    const engine = startProgram<ContainerEngineQuestions>('load/programs/container-engine')
    await engine.ask('start', { socket, containers: CONTAINERS, linesPerSecond: LINES_PER_SECOND })
    const data = join(place.folder, 'agent')
    const agent = startProgram('cli/main', {
      args: ['agent', '--url', server.url, '--token-file', tokenFile, '--data', data],
      env: { DOCKER_HOST: `unix://${socket}` },
      nodeOptions: [],
    })
    while ((await server.get(`/api/containers?limit=${CONTAINERS}`)).items.length < CONTAINERS) await delay(LOOK_MS)
    await delay(SETTLE_MS)
    resetPeakRss(agent.pid)
    const [before, startedMs] = [cpuSecondsOf(agent.pid), performance.now()]
    await delay(STEADY_MS)
    const seconds = (performance.now() - startedMs) / 1_000
    const figures = {
      containers: CONTAINERS,
      lines_per_s: LINES_PER_SECOND,
      cpu_percent: rounded(((cpuSecondsOf(agent.pid) - before) / seconds) * 100),
      aim_cpu_percent_max: AIMS.agentCpuPercentMax,
      rss_mb_max: rounded(peakRssBytesOf(agent.pid) / 1e6),
      aim_rss_mb_max: AIMS.agentRssMbMax,
      processes: ['all', 'agent', 'engine', 'postgres', 'redis'],
    }
    await agent.stop()
    await engine.stop()
    await server.stop()
    return figures
  } finally {
    await place.stop()
  }
}
