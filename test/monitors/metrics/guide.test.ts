import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../../src/base/root'
import { FAMILIES } from '../../../src/monitors/metrics/families'
import { MODULES } from '../../../src/monitors/probe/modules'
import { programOf, run, testWith } from '../../deploy/programs'

const promtool = programOf('promtool', 'prometheus')
const guide = readFileSync(join(ROOT, 'docs/monitor-metrics.md'), 'utf8')

test('the guide names every metric and every module', () => {
  expect(Object.keys(FAMILIES).filter(name => !new RegExp(`\`${name}\\b`).test(guide))).toEqual([])
  expect([...MODULES.keys()].filter(name => !guide.includes(`\`${name}\``))).toEqual([])
})

testWith(promtool)('Prometheus accepts the configurations of the guide', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-guide-'))
  try {
    const token = join(folder, 'token')
    writeFileSync(token, 'x')
    const configs = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
    expect(configs).toHaveLength(2)
    for (const config of configs) {
      const file = join(folder, 'prometheus.yml')
      writeFileSync(file, config.replace('/etc/prometheus/tailrace-token', token))
      expect(await run(promtool ?? '', ['check', 'config', file])).toContain('SUCCESS')
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
