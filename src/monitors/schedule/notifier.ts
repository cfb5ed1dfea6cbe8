import type { Part } from '../../base/lifecycle'
import type { Bus } from '../../streams'

/** Must not change between versions. */
const CHANNEL = 'monitors:changed'

/** Tells all processes that monitors were changed. A lost message only costs seconds, because they look anyway. */
export class MonitorNotifier implements Part {
  readonly name = 'monitor changes'
  private readonly listeners = new Set<() => void>()

  constructor(private readonly bus: Bus) {}

  async start() {
    await this.bus.subscribe(CHANNEL, () => this.call())
  }

  async stop() {}

  listen(listener: () => void) {
    this.listeners.add(listener)
  }

  notify() {
    this.call()
    this.bus.publish(CHANNEL, '')
  }

  private call() {
    for (const listener of this.listeners) listener()
  }
}
