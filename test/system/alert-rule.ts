import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startServer } from '../alerts/alertmanager/servers'
import type { System } from './system'

const PROMETHEUS = '/usr/bin/prometheus'
const LABELS = { alertname: 'Broken', severity: 'critical' }

/** Something that sends one alert, `Broken`, while it is broken. */
export interface Rule {
  breaks(): Promise<void>
  recovers(): Promise<void>
  stop(): Promise<void>
}

/** A rule of Debian's Prometheus; where that is missing, an alert posted by the test. */
export function startRule(system: System): Promise<Rule> {
  if (existsSync(PROMETHEUS)) return prometheusRule(system)
  process.stderr.write(`Without ${PROMETHEUS} (apt-get install prometheus): the test posts the alert itself\n`)
  return Promise.resolve(postedRule(system))
}

function postedRule(system: System): Rule {
  const startsAt = new Date().toISOString()
  const post = async (endsAt: Date) => {
    const { status } = await system.web().post('/api/v2/alerts', [{ labels: LABELS, startsAt, endsAt }])
    if (status !== 200) throw new Error(`The alert was refused with ${status}`)
  }
  return {
    breaks: () => post(new Date(Date.now() + 3_600_000)),
    recovers: () => post(new Date()),
    stop: async () => undefined,
  }
}

/** A rule on a figure of a server that the test changes. */
async function prometheusRule(system: System): Promise<Rule> {
  let broken = 0
  const target = createServer((_, response) => response.end(`broken ${broken}\n`)).listen(0, '127.0.0.1')
  await once(target, 'listening')
  const { port } = target.address() as AddressInfo
  const files = { 'prometheus.yml': configOf(system, port), 'rules.yml': RULES }
  const server = await startServer(PROMETHEUS, files, ({ folder, address }) => [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=${address}`,
    '--rules.alert.resend-delay=1s',
  ])
  return {
    breaks: async () => {
      broken = 1
    },
    recovers: async () => {
      broken = 0
    },
    stop: async () => {
      await server.stop()
      target.closeAllConnections()
      target.close()
    },
  }
}

/** It sends to all web processes, as to a cluster of Alertmanager. */
const configOf = ({ webs, token }: System, port: number) => `
global: { evaluation_interval: 1s, scrape_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - job_name: broken
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
alerting:
  alertmanagers:
    - static_configs: [{ targets: [${webs.map(({ url }) => `'${new URL(url).host}'`).join(', ')}] }]
      authorization: { credentials: ${token} }
`

const RULES = `
groups:
  - name: g
    rules:
      - alert: ${LABELS.alertname}
        expr: broken == 1
        labels: { severity: ${LABELS.severity} }
        annotations: { summary: 'It is {{ $value }}' }
`
