import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { MetricChart } from '../../src/contract/agent-metrics'
import { client, messageOf } from '../api'
import { watch } from '../live'
import { useInterval } from '../use-interval'
import { useReturn } from '../use-return'
import type { Period } from './gauges'
import { takesSamples, withSample } from './live-chart'
import { metricsIn } from './metrics-in'

/** What may have come late is seen after so long. */
const POLL_MS = 20_000
const POINTS = 600

/** A machine, known by its agent, or one of its containers. */
export interface Measured {
  agentId: string
  /** Null: the machine itself. */
  containerId: string | null
}

/** What was measured over a period up to now: read from the server, and then continued with what it announces. */
export function useMetrics({ agentId, containerId }: Measured, period: Period) {
  const chart = useSignal<MetricChart | null>(null)
  const problem = useSignal('')
  const requests = useRef(0)
  const read = async () => {
    const request = ++requests.current
    const now = Date.now()
    const span = { from: new Date(now - period.ms).toISOString(), to: new Date(now).toISOString(), points: POINTS }
    try {
      const found =
        containerId === null
          ? await client.get('/api/agents/{id}/metrics', { id: agentId, ...span })
          : await client.get('/api/containers/{id}/metrics', { id: containerId, ...span })
      if (request !== requests.current) return
      chart.value = found
      problem.value = ''
    } catch (error) {
      if (request === requests.current) problem.value = messageOf(error)
    }
  }
  const latest = useRef({ read, period })
  latest.current = { read, period }
  useInterval(POLL_MS, () => void read(), `${containerId ?? agentId} ${period.name}`)
  useReturn(read)
  useEffect(
    () =>
      watch(`agent:${agentId}`, {
        onEvent: event => {
          const news = metricsIn(event)
          const sample = containerId === null ? news?.host : news?.containers[containerId]
          const known = chart.peek()
          if (!sample || !known || !takesSamples(known)) return
          const next = withSample(known, sample, latest.current.period.ms)
          if (next) chart.value = next
          else void latest.current.read()
        },
        onGap: () => void latest.current.read(),
      }),
    [agentId, containerId],
  )
  return { chart, problem, read }
}
