/** How agents behave, and how much is taken from them. */
export interface AgentSettings {
  heartbeatMs: number
  /** Time between samples; while somebody watches; of idle containers. */
  intervalMs: number
  watchedIntervalMs: number
  idleIntervalMs: number
  /** Log lines per second, of one container and of all containers of a tenant. */
  linesPerSecond: number
  tenantLinesPerSecond: number
  /** Records per second of what was left unsent by an earlier connection. */
  backfillPerSecond: number
}
