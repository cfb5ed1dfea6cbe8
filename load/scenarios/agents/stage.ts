import { join } from 'node:path'
import { type Place, type Server, startPlace, startServer } from '../../place'
import type { AgentViewerQuestions } from '../../programs/agent-viewers'
import type { MachineQuestions } from '../../programs/machines'
import { type Program, startProgram } from '../../programs/program'

export const CONTAINERS = 20
/** Per second and container. */
const LINES = 0.2
const LIST_MAX = 500

export interface Stage {
  place: Place
  server: Server
  machines: Program<MachineQuestions>
}

/** Tailrace in one process, with so many simulated machines that are connected. */
export async function withMachines<T>(agents: number, work: (stage: Stage) => Promise<T>): Promise<T> {
  const place = await startPlace()
  try {
    const server = await startServer(place, 'all')
    const { secret } = await server.post('/api/agent-tokens', { name: 'bench', reusable: true })
    const machines = startProgram<MachineQuestions>('load/programs/machines')
    const folder = join(place.folder, 'machines')
    await machines.ask('start', {
      url: server.url,
      token: secret,
      agents,
      containers: CONTAINERS,
      lines: LINES,
      folder,
    })
    return await work({ place, server, machines })
  } finally {
    await place.stop()
  }
}

export interface KnownAgent {
  id: string
  backlog: number
}

/** All agents. */
export const listAgents = async (server: Server): Promise<KnownAgent[]> =>
  (await server.get(`/api/agents?limit=${LIST_MAX}`)).items

/** Viewers of so many agents, each of the first container as well. */
export async function watch({ place, server }: Stage, count: number): Promise<Program<AgentViewerQuestions>> {
  const viewers = startProgram<AgentViewerQuestions>('load/programs/agent-viewers')
  const agents = (await listAgents(server)).slice(0, count)
  const topics: string[][] = []
  for (const { id } of agents) {
    const { items } = await server.get(`/api/containers?agent=${id}&limit=1`)
    topics.push([`agent:${id}`, `container:${items[0].id}`])
  }
  await viewers.ask('open', { url: server.url, token: place.token, topics })
  return viewers
}
