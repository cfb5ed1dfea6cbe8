import type { LatestSample } from '../../src/contract/agent-metrics'
import type { Container } from '../../src/contract/containers'
import { clean } from '../../text/display'
import { counted, formatBytes } from '../../text/numbers'
import type { Context } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { table } from '../output/table'
import type { Color } from '../output/terminal'
import { age } from '../output/times'

export const LIMIT_DEFAULT = 500
/** Ids per request. */
const IDS_MAX = 50

const STATE_COLORS: Record<string, Color> = {
  ...{ running: 'green', restarting: 'yellow', paused: 'yellow', dead: 'red', unhealthy: 'red' },
  ...{ exited: 'dim', created: 'dim', removing: 'dim', gone: 'dim' },
}

export interface ListOptions {
  agent?: string
  status?: string
  image?: string
  label?: string[]
  q?: string
  limit?: string
  json?: boolean
}

/** Lists containers by name, with what those that run use. */
export async function listContainers(context: Context, { json, limit, agent, ...rest }: ListOptions): Promise<number> {
  const { api, terminal } = context
  const max = limitOf(limit, LIMIT_DEFAULT)
  const filter = { ...rest, ...(agent !== undefined && { agent: await agentIdOf(context, agent) }) }
  const { found, isMore } = await collect(max, page => api.get('/api/containers', { ...filter, ...page }))
  if (json) for (const container of found) terminal.json(container)
  else if (found.length) terminal.write(tableOf(context, found, await latestOf(context, found)))
  else terminal.note('No containers match.')
  if (isMore) terminal.note(`Only the first ${max} are shown; use --limit for more.`)
  return EXIT.ok
}

/** Agents are named by their name or id. */
async function agentIdOf({ api }: Context, text: string): Promise<string> {
  const { items } = await api.get('/api/agents', { q: text, limit: IDS_MAX })
  return items.find(({ name }) => name === text)?.id ?? text
}

async function latestOf({ api }: Context, found: readonly Container[]): Promise<ReadonlyMap<string, LatestSample>> {
  const running = found.filter(({ state }) => state === 'running').map(({ id }) => id)
  const latest = new Map<string, LatestSample>()
  for (let at = 0; at < running.length; at += IDS_MAX) {
    const { items } = await api.get('/api/agent-sparklines', { ids: running.slice(at, at + IDS_MAX).join(',') })
    for (const item of items) if (item.latest) latest.set(item.id, item.latest)
  }
  return latest
}

function tableOf({ terminal }: Context, found: readonly Container[], latest: ReadonlyMap<string, LatestSample>) {
  const columns = [
    { title: 'CONTAINER', widthMin: 12 },
    { title: 'STATE', paint: (text: string) => terminal.paint(STATE_COLORS[text.trim()], text) },
    { title: 'SINCE', right: true },
    { title: 'CPU', right: true },
    { title: 'MEMORY', right: true },
    { title: 'AGENT', widthMin: 8 },
    { title: 'ID' },
    { title: 'IMAGE', widthMin: 12 },
  ]
  const rows = found.map(container => {
    const { cpu = null, memory = null } = latest.get(container.id)?.values ?? {}
    const isUnhealthy = container.state === 'running' && container.health === 'unhealthy'
    return [
      clean(container.name),
      isUnhealthy ? 'unhealthy' : container.state,
      age(container.state_since),
      cpu === null ? '' : `${cpu.toFixed(1)}%`,
      memory === null ? '' : formatBytes(memory),
      clean(container.agent_name),
      container.id,
      clean(container.image),
    ]
  })
  const running = found.filter(({ state }) => state === 'running').length
  const summary = `${counted(found.length, 'container')}, ${running} running\n`
  return `${table(columns, rows, terminal.width())}${terminal.isColored ? summary : ''}`
}
