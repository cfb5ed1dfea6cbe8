import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import type { RedisClient, RedisFactory } from '../../base/redis'

type Listener = (jobIds: string[]) => void

/**
 * Tells all worker processes over Redis Pub/Sub which jobs to cancel, because BullMQ can cancel a job only in the
 * process that runs it. Messages may be lost: the flag in PostgreSQL is authoritative, and workers read it when they
 * start a job, after a lost connection, and every few seconds.
 */
export class CancelChannel {
  private readonly channel: string
  private subscriber: RedisClient | undefined

  constructor(private readonly deps: { redis: RedisFactory; log: Log; publisher: RedisClient }) {
    this.channel = `${deps.redis.prefix}:jobs:cancel`
  }

  async publish(jobIds: readonly string[]): Promise<void> {
    if (!jobIds.length) return
    try {
      await this.deps.publisher.publish(this.channel, JSON.stringify(jobIds))
    } catch (error) {
      this.deps.log.warn('Workers could not be notified of a cancel', { error: messageOf(error) })
    }
  }

  /** @param onGap called whenever messages may have been missed */
  async listen(onCancel: Listener, onGap: () => void): Promise<void> {
    const subscriber = this.deps.redis.connect('subscriber')
    this.subscriber = subscriber
    subscriber.on('message', (_channel: string, text: string) => onCancel(idsOf(text)))
    subscriber.on('ready', onGap)
    // Waits until Redis is up, and rejects only when the connection is closed for good.
    subscriber.subscribe(this.channel).catch(error => {
      this.deps.log.debug('Cancel channel closed', { error: messageOf(error) })
    })
  }

  close() {
    this.subscriber?.disconnect()
  }
}

function idsOf(text: string): string[] {
  try {
    const ids: unknown = JSON.parse(text)
    return Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : []
  } catch {
    return [] // not one of our messages
  }
}
