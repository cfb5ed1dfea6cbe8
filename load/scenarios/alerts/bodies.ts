const BATCH = 64
const LIFE_MS = 3_600_000

/** Requests with alerts as Prometheus sends them: 64 at once, about 580 bytes each. */
export function bodiesOf(count: number, startsAt: number): Buffer[] {
  const alerts = Array.from({ length: count }, (_, no) => alertOf(no, startsAt))
  const bodies: Buffer[] = []
  for (let from = 0; from < count; from += BATCH)
    bodies.push(Buffer.from(JSON.stringify(alerts.slice(from, from + BATCH))))
  return bodies
}

const alertOf = (no: number, startsAt: number) => ({
  annotations: {
    description: `The 99th percentile of the latency of host-${no} has been above the limit for ten minutes`,
    runbook: 'https://runbooks.example.com/latency',
    summary: `Latency is high on host-${no}`,
  },
  endsAt: new Date(startsAt + LIFE_MS).toISOString(),
  startsAt: new Date(startsAt).toISOString(),
  generatorURL: 'http://prometheus.example.com:9090/graph?g0.expr=latency_seconds+%3E+1&g0.tab=1',
  labels: {
    alertname: 'HighLatency',
    instance: `host-${no}.example.com:9100`,
    job: 'node',
    region: `region-${no % 5}`,
    severity: no % 3 ? 'warning' : 'critical',
    team: `team-${no % 20}`,
  },
})
