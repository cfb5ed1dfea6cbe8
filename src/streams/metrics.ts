import { Counter, Gauge, Histogram, type Registry } from '../base/metrics'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10]

export type StreamMetrics = ReturnType<typeof createStreamMetrics>

/** Metrics of streams. Their names are part of the contract. */
export function createStreamMetrics(registry: Registry) {
  const registers = [registry]
  const counter = <T extends string>(name: string, help: string, labelNames: T[] = []) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = (name: string, help: string) => new Histogram({ name, help, buckets: SECONDS, registers })
  return {
    connections: new Gauge({
      name: 'tailrace_stream_connections',
      help: 'Open stream connections',
      labelNames: ['transport'],
      registers,
    }),
    publishToWrite: histogram(
      'tailrace_stream_publish_to_write_seconds',
      'From the commit of the first entry of a window to its write to the readers',
    ),
    append: histogram('tailrace_stream_append_seconds', 'Time of one group commit'),
    entries: counter('tailrace_stream_entries_total', 'Entries appended', ['kind']),
    lost: counter('tailrace_stream_lost_total', 'Entries that were accepted and could not be kept'),
    encodes: counter('tailrace_stream_encodes_total', 'Frames encoded'),
    writes: counter('tailrace_stream_writes_total', 'Frames written to readers'),
    resumes: counter('tailrace_stream_resumes_total', 'Readers that came back with an id', ['outcome']),
    gaps: counter('tailrace_stream_gaps_total', 'Gaps reported to readers'),
    closed: counter('tailrace_stream_closed_total', 'Stream connections closed', ['reason']),
  }
}
