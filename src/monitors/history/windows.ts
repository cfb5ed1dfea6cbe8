import { DAY_MS } from '../../base/partitions'
import type { HistoryWindow } from '../../contract/monitor-history'

/** Lengths of the periods that uptime and latency are shown for. */
export const WINDOW_MS: Record<HistoryWindow, number> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
}
