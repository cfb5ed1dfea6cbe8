import { useEffect } from 'preact/hooks'
import { formatBytes } from '../../text/numbers'
import { formatCpu } from './gauges'
import { readings, showReading } from './latest'
import { Trend } from './trend'

interface ReadingProps {
  /** Of the agent, for its machine, or of a container. */
  id: string
  agentId: string
}

/** The trend of a gauge and its newest value, live while the row is shown. */
export function CpuReading({ id, agentId }: ReadingProps) {
  useEffect(() => showReading(id, agentId), [id, agentId])
  const reading = readings.value.get(id)
  const cpu = reading?.latest?.values.cpu
  return (
    <>
      <Trend values={reading?.cpu ?? []} most={10} />
      <span class="trend-value">{cpu === undefined || cpu === null ? '' : formatCpu(cpu)}</span>
    </>
  )
}

export function MemoryReading({ id, agentId }: ReadingProps) {
  useEffect(() => showReading(id, agentId), [id, agentId])
  const reading = readings.value.get(id)
  const { memory = null, memory_total = null } = reading?.latest?.values ?? {}
  return (
    <>
      <Trend values={reading?.memory ?? []} most={memory_total ?? undefined} />
      <span class="trend-value">{memory === null ? '' : formatBytes(memory)}</span>
    </>
  )
}
