import { type RobotsFile, readRobots, robotsOf } from '../robots/read-robots'
import type { Robots } from '../robots/robots'
import type { PreviewRequest } from './preview-request'

interface Known {
  file: RobotsFile
  robots: Robots
}

/** The robots.txt of the origins that a preview asks, each read once. */
export class OriginRobots {
  private readonly known = new Map<string, Known>()

  constructor(
    private readonly request: PreviewRequest,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  async read(url: string): Promise<Known> {
    const { origin } = new URL(url)
    const before = this.known.get(origin)
    if (before) return before
    const { fetcher, settings } = this.request
    const asked = { fetcher, origin, userAgent: settings.user_agent, timeoutMs: settings.limits.timeout_ms }
    const file = await readRobots(asked, this.signal)
    const known = { file, robots: robotsOf(file, this.token) }
    this.known.set(origin, known)
    return known
  }

  /** Why robots.txt forbids a URL, as far as it has been read; undefined: it does not, or is not obeyed. */
  problemOf(url: string): { reason: string; explanation: string } | undefined {
    const known = this.known.get(new URL(url).origin)
    if (!known || !this.request.settings.politeness.obey_robots) return undefined
    const { allowed, rule } = known.robots.decide(url)
    if (allowed) return undefined
    const { outcome, detail } = known.file
    return outcome === 'unreachable'
      ? { reason: 'robots_unreachable', explanation: `robots.txt could not be read: ${detail ?? 'no answer'}` }
      : { reason: 'robots', explanation: `robots.txt says "${rule ?? 'nothing that allows it'}"` }
  }
}
