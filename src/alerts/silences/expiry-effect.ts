import type { Effect, TopicEntries } from '../../streams'
import { silenceEntries } from './silence-effect'
import { takeUntold } from './silence-store'

/** How many silences that have ended one flush tells of; the next takes the rest. */
export const UNTOLD_MAX = 500

/**
 * Writes the event of each silence that has ended by itself, in the commit that marks it as told: once, whichever
 * process does it. @returns how many there were
 */
export const expiryEffect: Effect<null, number> = {
  name: 'alerts.silences-expired',
  async apply(trx, items) {
    const now = Date.now()
    const ended = await takeUntold(trx, now, UNTOLD_MAX)
    const entries: TopicEntries[] = ended.map(silence =>
      silenceEntries(silence.tenantId, [['silence_expired', silence]], now),
    )
    return { results: items.map(() => ended.length), entries: items.map((_, i) => (i === 0 ? entries : [])) }
  },
}
