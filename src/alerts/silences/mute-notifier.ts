import type { Part } from '../../base/lifecycle'
import type { Bus } from '../../streams'

/** A channel of the bus; it must not change between versions. */
const CHANNEL = 'alerts:mutes'

type Listener = (tenantId: string) => void

/** Announces to all processes, including this one, that the silences or windows of a tenant have changed. */
export class MuteNotifier implements Part {
  readonly name = 'mute notifier'
  private readonly listeners = new Set<Listener>()
  private unsubscribe: (() => void) | undefined

  constructor(private readonly bus: Pick<Bus, 'subscribe' | 'publish'>) {}

  async start() {
    this.unsubscribe = await this.bus.subscribe(CHANNEL, tenantId => this.call(tenantId))
  }

  async stop() {
    this.unsubscribe?.()
  }

  onChange(listener: Listener): void {
    this.listeners.add(listener)
  }

  announce(tenantId: string): void {
    this.call(tenantId)
    this.bus.publish(CHANNEL, tenantId)
  }

  private call(tenantId: string) {
    for (const listener of this.listeners) listener(tenantId)
  }
}
