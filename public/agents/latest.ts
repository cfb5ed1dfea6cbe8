import { signal } from '@preact/signals'
import type { LatestSample, Sparkline } from '../../src/contract/agent-metrics'
import { TOPICS_MAX } from '../../src/contract/values'
import { client } from '../api'
import { watch } from '../live'
import { metricsIn } from './metrics-in'

/** How something measured was lately. */
export type Reading = Omit<Sparkline, 'id'>

/** Ids per request. */
const IDS_MAX = 50
/** Rows that come into view together are read together. */
const SOON_MS = 100
const POLL_MS = 15_000
/** Others on the page watch topics, too. */
const WATCHED_MAX = TOPICS_MAX - 5

/** The newest samples and trends of what is in view, by the id of an agent or container. */
export const readings = signal<ReadonlyMap<string, Reading>>(new Map())

const shown = new Map<string, { agentId: string; rows: number }>()
const watched = new Map<string, () => void>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Keeps the reading of a row up to date while it is shown. @returns a function that ends this */
export function showReading(id: string, agentId: string): () => void {
  const known = shown.get(id)
  if (known) known.rows++
  else shown.set(id, { agentId, rows: 1 })
  if (!known) later(SOON_MS)
  return () => {
    const now = shown.get(id)
    if (now && --now.rows === 0) shown.delete(id)
    if (shown.size === 0) later(SOON_MS)
  }
}

function later(ms: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void look(), ms)
}

async function look(): Promise<void> {
  watchAgents()
  if (shown.size === 0) {
    readings.value = new Map()
    return
  }
  const ids = [...shown.keys()]
  // an outage is said elsewhere, and ends
  if (!document.hidden) await Promise.all(chunksOf(ids).map(chunk => read(chunk).catch(() => undefined)))
  later(POLL_MS)
}

async function read(ids: string[]): Promise<void> {
  const { items } = await client.get('/api/agent-sparklines', { ids: ids.join(',') })
  const next = new Map(readings.peek())
  for (const id of next.keys()) if (!shown.has(id)) next.delete(id)
  for (const { id, ...reading } of items) next.set(id, reading)
  readings.value = next
}

function watchAgents(): void {
  const agents = new Set([...new Set([...shown.values()].map(({ agentId }) => agentId))].slice(0, WATCHED_MAX))
  for (const [agentId, stop] of watched) {
    if (agents.has(agentId)) continue
    stop()
    watched.delete(agentId)
  }
  for (const agentId of agents) if (!watched.has(agentId)) watched.set(agentId, watchAgent(agentId))
}

const watchAgent = (agentId: string) =>
  watch(`agent:${agentId}`, {
    onEvent: event => {
      const news = metricsIn(event)
      if (!news) return
      const samples = Object.entries(news.containers)
      take([...samples, ...(news.host ? [[agentId, news.host] as const] : [])])
    },
  })

function take(samples: ReadonlyArray<readonly [string, LatestSample]>): void {
  const next = new Map(readings.peek())
  for (const [id, latest] of samples) {
    const known = next.get(id)
    if (known && (known.latest === null || known.latest.at < latest.at)) next.set(id, { ...known, latest })
  }
  readings.value = next
}

const chunksOf = (ids: readonly string[]) =>
  Array.from({ length: Math.ceil(ids.length / IDS_MAX) }, (_, at) => ids.slice(at * IDS_MAX, (at + 1) * IDS_MAX))
