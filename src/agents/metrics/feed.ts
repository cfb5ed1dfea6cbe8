import type { LatestSample, MetricsEvent } from '../../contract/agent-metrics'
import type { Writer } from '../../streams'
import type { Sample } from './sample'

/**
 * Of announcements that follow each other faster than this, readers may only get the last one, so it repeats what was in those
 * before.
 */
const REPEATED_MS = 400
/** Agents that are silent for longer are forgotten. */
const FORGOTTEN_MS = 60_000

interface Announced {
  at: number
  latest: LatestSample
}

/** What was announced lately of an agent. */
interface Lately {
  at: number
  tenantId: string
  host: Announced | null
  containers: Map<string, Announced>
}

/** Shows live samples to those who watch an agent: the event `metrics` of its topic, which is not stored. */
export class MetricsFeed {
  private readonly agents = new Map<string, Lately>()
  private sweptAt = 0

  constructor(
    private readonly streams: Pick<Writer, 'announce'>,
    private readonly now: () => number,
  ) {}

  /** Only live samples: not what an agent delivers late. */
  announce(samples: readonly Sample[]): void {
    const now = this.now()
    this.forget(now)
    for (const agentId of new Set(samples.map(sample => sample.agentId))) {
      const own = samples.filter(sample => sample.agentId === agentId)
      const lately = this.lately(agentId, own[0]?.tenantId ?? '', now)
      for (const { container, at, values } of own) {
        const announced = { at: now, latest: { at: at.toISOString(), values: { ...values } } }
        if (container === null) lately.host = newer(lately.host, announced)
        else lately.containers.set(container, newer(lately.containers.get(container) ?? null, announced))
      }
      const data: MetricsEvent = {
        agent_id: agentId,
        host: lately.host?.latest ?? null,
        containers: Object.fromEntries([...lately.containers].map(([id, { latest }]) => [id, latest])),
      }
      this.streams.announce({ tenantId: lately.tenantId, name: `agent:${agentId}` }, { kind: 'metrics', data })
    }
  }

  private lately(agentId: string, tenantId: string, now: number): Lately {
    const known = this.agents.get(agentId) ?? { at: now, tenantId, host: null, containers: new Map() }
    known.at = now
    if (known.host && now - known.host.at > REPEATED_MS) known.host = null
    for (const [id, { at }] of known.containers) if (now - at > REPEATED_MS) known.containers.delete(id)
    this.agents.set(agentId, known)
    return known
  }

  private forget(now: number): void {
    if (now - this.sweptAt < FORGOTTEN_MS) return
    this.sweptAt = now
    for (const [id, { at }] of this.agents) if (now - at > FORGOTTEN_MS) this.agents.delete(id)
  }
}

const newer = (before: Announced | null, next: Announced) =>
  before && before.latest.at > next.latest.at ? before : next
