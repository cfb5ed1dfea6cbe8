import { messageOf } from '../base/errors'
import type { Log } from '../base/log'
import { parse, uuid, z } from '../base/parse'
import type { Bus } from '../streams'

const hostIds = z.array(uuid)
const schema = z.discriminatedUnion('type', [
  /** Have another key, name or platform now, or are gone. */
  z.object({ type: z.literal('changed'), hostIds }),
  /** Somebody wants to know anew what these are. */
  z.object({ type: z.literal('wanted'), hostIds }),
  /** Have answered what we asked of our own accord. */
  z.object({ type: z.literal('answered'), hostId: uuid, queryIds: z.array(z.string()) }),
  /** The dynamic labels of a tenant are others now. */
  z.object({ type: z.literal('labels'), tenantId: uuid }),
])
export type News = z.output<typeof schema>

const CHANNEL = 'fleet:hosts'
/** A message stays small, whatever the number of hosts. */
const IDS_MAX = 1_000

/** What processes tell each other about hosts. A message that is lost costs time: what is in memory is read anew. */
export class HostNews {
  private readonly listeners = new Set<(news: News) => void>()

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async start() {
    await this.bus.subscribe(CHANNEL, text => this.tellHere(parse(schema, JSON.parse(text), 'message')))
  }

  listen(listener: (news: News) => void) {
    this.listeners.add(listener)
  }

  /** Messages of others may have been missed. */
  onGap(listener: () => void) {
    this.bus.onReconnect(listener)
  }

  /** Tells this process at once and all others over the bus. */
  tell(news: News) {
    this.tellHere(news)
    for (const part of partsOf(news)) this.bus.publish(CHANNEL, JSON.stringify(part))
  }

  private tellHere(news: News) {
    for (const listener of this.listeners) {
      try {
        listener(news)
      } catch (error) {
        this.log.error('News about hosts were not taken in', { error: messageOf(error) })
      }
    }
  }
}

function partsOf(news: News): News[] {
  if (!('hostIds' in news) || news.hostIds.length <= IDS_MAX) return [news]
  const parts: News[] = []
  for (let i = 0; i < news.hostIds.length; i += IDS_MAX)
    parts.push({ ...news, hostIds: news.hostIds.slice(i, i + IDS_MAX) })
  return parts
}
