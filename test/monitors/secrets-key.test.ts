import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Monitor } from '../../src/contract/monitors'
import { appsOnFreshParts } from '../support/app'
import { eventually } from '../support/programs'

const [OLD, NEW] = ['ab'.repeat(32), 'cd'.repeat(32)]
let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let server: Server
const seen: (string | undefined)[] = []
beforeAll(async () => {
  apps = await appsOnFreshParts()
  server = createServer((req, res) => {
    seen.push(req.headers.authorization)
    res.writeHead(200, { connection: 'close' }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await apps.stop()
  await new Promise(resolve => server.close(resolve))
})

test('secrets are stored encrypted, never shown, and sealed again with a new key', async () => {
  const first = await apps.start({ SECRETS_KEY: OLD })
  const { port } = server.address() as AddressInfo
  const monitor = {
    ...{ name: 'api', type: 'http', target: `http://127.0.0.1:${port}/`, interval_seconds: 1 },
    settings: { bearer: 'a-token-that-nobody-sees' },
  }
  const created = (await (await first.post('/api/monitors', monitor)).json()) as { monitor: Monitor }
  expect(created.monitor.has_secrets).toEqual(['bearer'])
  expect(JSON.stringify(created)).not.toContain('nobody-sees')
  await eventually(() => seen.includes('Bearer a-token-that-nobody-sees'), 'a check with the token')
  const stored = () => first.app.db('monitors').pluck('secrets')
  const [before] = await stored()
  expect(before).not.toContain('nobody-sees')
  await first.stop()

  const second = await apps.start({ SECRETS_KEY: `${NEW},${OLD}` })
  const sealed = () => second.app.db('monitors').first('secrets')
  await eventually(async () => (await sealed())?.secrets !== before, 'the new key to be used')
  await second.stop()

  seen.splice(0)
  await apps.start({ SECRETS_KEY: NEW })
  await eventually(() => seen.includes('Bearer a-token-that-nobody-sees'), 'a check with the new key alone')
})
