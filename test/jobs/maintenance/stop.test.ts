import { startApp, type TestApp } from '../../support/app'
import { ownParts } from '../../support/parts'
import { eventually } from '../../support/programs'

let servers: Awaited<ReturnType<typeof ownParts>>
let app: TestApp

beforeAll(async () => {
  servers = await ownParts()
  app = await startApp({ databaseUrl: servers.postgres.url, redisUrl: servers.redis.url, prefix: 'stop' })
})
afterAll(() => servers?.stop())

test('a process stops while Redis is down', async () => {
  await eventually(async () => (await app.get('/readyz')).status === 200, 'the process is ready')
  await servers.redis.stop()
  await eventually(async () => (await app.get('/readyz')).status === 503, 'Redis is detected as down')
  await app.stop()
})
