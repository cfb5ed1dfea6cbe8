import type { MetricsEvent } from '../../src/contract/agent-metrics'

/** What an event of an agent's topic says about what was measured; undefined if it is about something else. */
export const metricsIn = ({ type, data }: { type: string; data: unknown }): MetricsEvent | undefined =>
  type === 'metrics' ? (data as MetricsEvent) : undefined
