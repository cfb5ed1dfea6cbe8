import { messageOf } from '../base/errors'
import type { Log } from '../base/log'
import { parse, z } from '../base/parse'
import { uuid } from '../contract/fields'
import type { Bus } from '../streams'

const hostIds = z.array(uuid)
const message = z.discriminatedUnion('type', [
  /** The key, name or platform of these hosts has changed, or they were deleted. */
  z.object({ type: z.literal('changed'), hostIds }),
  /** Somebody has requested a refresh of these hosts. */
  z.object({ type: z.literal('wanted'), hostIds }),
  /** A host has answered background queries. */
  z.object({ type: z.literal('answered'), hostId: uuid, queryIds: z.array(z.string()) }),
  /** The dynamic labels of a tenant have changed. */
  z.object({ type: z.literal('labels'), tenantId: uuid }),
])
export type HostMessage = z.output<typeof message>

/** Must not change between versions. */
const CHANNEL = 'fleet:hosts'
/** Max hosts per message. */
const IDS_MAX = 1_000

/** Notifies all processes of changes to hosts. A lost message only causes a delay, because caches expire. */
export class HostNotifier {
  private readonly listeners = new Set<(message: HostMessage) => void>()

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async start() {
    await this.bus.subscribe(CHANNEL, text => this.callListeners(parse(message, JSON.parse(text), 'message')))
  }

  listen(listener: (message: HostMessage) => void) {
    this.listeners.add(listener)
  }

  /** Calls back when messages from other processes may have been missed. */
  onGap(listener: () => void) {
    this.bus.onReconnect(listener)
  }

  /** Calls the listeners of this process at once, and those of the others over the bus. */
  notify(message: HostMessage) {
    this.callListeners(message)
    for (const part of partsOf(message)) this.bus.publish(CHANNEL, JSON.stringify(part))
  }

  private callListeners(message: HostMessage) {
    for (const listener of this.listeners) {
      try {
        listener(message)
      } catch (error) {
        this.log.error('Cannot handle a message about hosts', { error: messageOf(error) })
      }
    }
  }
}

function partsOf(message: HostMessage): HostMessage[] {
  if (!('hostIds' in message) || message.hostIds.length <= IDS_MAX) return [message]
  const parts: HostMessage[] = []
  for (let i = 0; i < message.hostIds.length; i += IDS_MAX)
    parts.push({ ...message, hostIds: message.hostIds.slice(i, i + IDS_MAX) })
  return parts
}
