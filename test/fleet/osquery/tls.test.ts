import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { type Identity, identity } from '../../support/certificates'

let folder: string
let authority: Identity
let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-osquery-'))
  authority = await identity({ name: 'An authority', authority: true })
  const own = await identity({ name: 'fleet.example', by: authority, hosts: ['fleet.example'] })
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  await writeFile(cert, own.cert)
  await writeFile(key, own.key)
  parts = await appsOnFreshParts()
  app = await parts.start({ OSQUERY_TLS_CERT: cert, OSQUERY_TLS_KEY: key, OSQUERY_HOLD_MS: '0' })
})
afterAll(async () => {
  await parts.stop()
  await rm(folder, { recursive: true })
})

test('an agent that pins the CA and verifies the host name enrolls, reads and writes on one TLS connection', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.cert, servername: 'fleet.example' })
  const ports = new Set<number | undefined>()
  const post = (path: string, body: unknown): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const options = { agent, method: 'POST', headers: { 'content-type': 'application/json' } }
      const sent = request(`${app.url.replace('http:', 'https:')}/osquery/${path}`, options, async res => {
        ports.add(res.socket.localPort)
        let text = ''
        for await (const chunk of res) text += chunk
        resolve(JSON.parse(text))
      })
      sent.on('error', reject).end(JSON.stringify(body))
    })
  const { secret } = (await (await app.post('/api/enroll-secrets', { name: 'tls' })).json()) as { secret: string }
  const details = { system_info: { hostname: 'web-07' } }
  const { node_key } = await post('enroll', { enroll_secret: secret, host_identifier: 'web-07', host_details: details })
  expect(node_key).toEqual(expect.any(String))
  expect(await post('config', { node_key })).toMatchObject({ node_invalid: false })
  expect(await post('distributed_read', { node_key })).toMatchObject({
    queries: expect.any(Object),
    node_invalid: false,
  })
  expect(await post('distributed_write', { node_key, queries: { gone: [] }, statuses: { gone: 0 } })).toEqual({})
  expect(await post('log', { node_key, log_type: 'status', data: [{ message: 'm', severity: 0 }] })).toEqual({})
  expect(await post('config', { node_key: 'wrong' })).toEqual({ node_invalid: true })
  expect(ports.size).toBe(1)
  agent.destroy()
})

test('a request that is refused before it reaches the agent routes gets an error that agents understand', async () => {
  const answer = await fetch(`${app.url}/osquery/log?token=x`, { method: 'POST', body: '{}' })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({ error: expect.stringContaining('token') })
})

test('the setup pins a certificate only if agents do not trust it by default', async () => {
  const setupOf = async (on: TestApp) =>
    (await (await on.get('/api/hosts/enrollment')).json()) as { flags: string[]; command: string; note: string | null }
  const pinned = '--tls_server_certs=/etc/osquery/tailrace.pem'
  const issued = await setupOf(app)
  expect(issued).toMatchObject({ note: null, flags: expect.not.arrayContaining([pinned]) })
  const lone = await identity({ name: 'fleet.example', hosts: ['fleet.example'] })
  const [cert, key] = [join(folder, 'lone.pem'), join(folder, 'lone-key.pem')]
  await writeFile(cert, lone.cert)
  await writeFile(key, lone.key)
  const own = await setupOf(await parts.start({ OSQUERY_TLS_CERT: cert, OSQUERY_TLS_KEY: key }))
  expect(own).toMatchObject({ note: null, flags: expect.arrayContaining([pinned]) })
  expect(own.command).toContain('-----BEGIN CERTIFICATE-----')
})
