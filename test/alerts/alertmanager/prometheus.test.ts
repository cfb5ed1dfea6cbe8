import { eventually } from '../../support/programs'
import { type AlertsSite, startAlertsSite } from '../site'
import { describeWith, type RealServer, startServer } from './servers'

const PROMETHEUS = '/usr/bin/prometheus'

interface Alert {
  labels: Record<string, string>
  annotations: Record<string, string>
  generatorURL: string
  startsAt: string
  status: { state: string }
}

describeWith(PROMETHEUS, 'prometheus')('Debian’s Prometheus', () => {
  let site: AlertsSite
  const running: RealServer[] = []

  beforeAll(async () => {
    site = await startAlertsSite()
  })
  afterAll(async () => {
    for (const server of running) await server.stop()
    await site?.stop()
  })

  /** One whose rule fires while the series of the file exists. */
  async function startPrometheus(rule: string, auth: string, more = ''): Promise<RealServer> {
    const config = `
global: { evaluation_interval: 1s, scrape_interval: 1s, external_labels: { region: eu } }
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - static_configs: [{ targets: ['${new URL(site.url).host}'] }]
${auth}${more}`
    const server = await startServer(PROMETHEUS, { 'prometheus.yml': config, 'rules.yml': rule }, where => [
      `--config.file=${where.folder}/prometheus.yml`,
      `--storage.tsdb.path=${where.folder}/data`,
      `--web.listen-address=${where.address}`,
      '--rules.alert.resend-delay=1s',
    ])
    running.push(server)
    return server
  }

  const ruleNamed = (name: string, expr: string) => `
groups:
  - name: g
    rules:
      - alert: ${name}
        expr: ${expr}
        labels: { severity: critical }
        annotations: { summary: 'It is {{ $value }} & more' }
`

  async function firing(name: string): Promise<Alert[]> {
    const headers = { authorization: `Bearer ${site.adminToken}` }
    return (await (await fetch(`${site.url}/api/v2/alerts?filter=alertname=${name}`, { headers })).json()) as Alert[]
  }

  test('two at once, with Bearer and with Basic, are told apart by nothing but their labels', async () => {
    const bearer = `      authorization: { credentials: ${site.adminToken} }\n`
    const basic = `      basic_auth: { username: prometheus, password: ${site.adminToken} }\n`
    await startPrometheus(ruleNamed('Always', 'vector(1)'), bearer)
    const second = await startPrometheus(ruleNamed('Always', 'vector(1)'), basic)
    await startPrometheus(ruleNamed('Old', 'vector(1)'), basic, '      api_version: v1\n')
    await eventually(async () => (await firing('Always')).length > 0 && (await firing('Old')).length > 0, 'they fire')
    const [first, ...others] = await firing('Always')
    expect(others).toEqual([])
    expect(first).toMatchObject({
      labels: { alertname: 'Always', region: 'eu', severity: 'critical' },
      annotations: { summary: 'It is 1 & more' },
      generatorURL: expect.stringMatching(/^http:\/\/.*\/graph\?g0\.expr=vector%281%29/),
      status: { state: 'active' },
    })
    const dropped = async () => {
      const text = await (await fetch(`${second.url}/metrics`)).text()
      return {
        sent: Number(/^prometheus_notifications_sent_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0),
        errors: Number(/^prometheus_notifications_errors_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0),
      }
    }
    await eventually(async () => (await dropped()).sent > 2, 'it repeats')
    expect(await dropped()).toMatchObject({ errors: 0 })
    const history = await site.ask('GET', `/api/alerts?filter=alertname="Always"`)
    expect(history.body.items).toHaveLength(1)
  })

  test('what it resolves is resolved by it', async () => {
    // fires for about four seconds of every eight
    const auth = `      authorization: { credentials: ${site.adminToken} }\n`
    await startPrometheus(ruleNamed('Flip', 'vector(time()) % 8 < 4'), auth)
    await eventually(async () => (await firing('Flip')).length === 1, 'it fires')
    const isResolved = async () =>
      (await site.ask('GET', '/api/alerts?state=resolved&filter=alertname="Flip"')).body.items.length > 0
    await eventually(isResolved, 'it is resolved')
    const { body } = await site.ask('GET', '/api/alerts?state=resolved&filter=alertname="Flip"')
    expect(body.items[0]).toMatchObject({
      state: 'resolved',
      resolved_by: 'sender',
      labels: { alertname: 'Flip', region: 'eu', severity: 'critical' },
    })
  })
})
