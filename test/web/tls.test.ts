import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { type AddressInfo, connect as connectPlain, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { StartError } from '../../src/base/errors'
import { readConfig } from '../../src/config'
import type { TlsFiles } from '../../src/web/certificate-files'
import { serveTls } from '../../src/web/tls'
import { type Identity, identity } from '../support/certificates'
import { quietLog } from '../support/parts'
import { type Site, startSite } from './site'

let folder: string
let authority: Identity
let site: Site
const files = () => ({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') })

async function renew(name: string, to = files()) {
  const own = await identity({ name, by: authority, hosts: ['fleet.example', '127.0.0.1'] })
  await writeFile(to.key, own.key)
  await writeFile(to.cert, own.cert + authority.cert)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-tls-'))
  authority = await identity({ name: 'An authority', authority: true })
  await renew('first')
  site = await startSite({
    config: { tls: files() },
    upgrades: {
      '/ws/echo': (_req, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
        socket.pipe(socket)
      },
    },
    mounts: [
      {
        path: '/protocol',
        roles: 'anyone',
        handler: async (req, res) => {
          let size = 0
          for await (const chunk of req) size += (chunk as Buffer).length
          res.json({ protocol: req.protocol, size })
        },
      },
    ],
  })
})
afterAll(async () => {
  await site.stop()
  await rm(folder, { recursive: true })
})

const port = () => Number(new URL(site.url).port)

async function tls(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    port: port(),
    host: '127.0.0.1',
    servername: 'fleet.example',
    ca: authority.cert,
    ...options,
  })
  await once(socket, 'secureConnect')
  return socket
}

/** Sends a body over TLS like an agent, with the CA pinned and the name checked. */
function post(path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((answered, failed) => {
    const options = {
      host: '127.0.0.1',
      port: port(),
      path,
      method: 'POST',
      servername: 'fleet.example',
      ca: authority.cert,
    }
    const sent = request(options, async res => {
      let text = ''
      for await (const chunk of res) text += chunk
      answered({ status: res.statusCode ?? 0, text })
    })
    sent.on('error', failed)
    sent.end(body)
  })
}

const upgradeRequest = 'GET /ws/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

async function echo(socket: Socket) {
  socket.write(upgradeRequest)
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 101 /)
  socket.write('hello')
  expect(String((await once(socket, 'data'))[0])).toBe('hello')
}

test('one port serves both', async () => {
  const body = 'x'.repeat(1_000_000)
  expect(JSON.parse((await post('/protocol', body)).text)).toEqual({ protocol: 'https', size: body.length })
  expect((await site.ask('POST', '/protocol', { body })).body).toEqual({ protocol: 'http', size: body.length })
})

test('upgrades work for both', async () => {
  const sockets = [await tls(), connectPlain(port(), '127.0.0.1')]
  for (const socket of sockets) {
    await echo(socket)
    socket.destroy()
  }
})

test('a plain request that arrives byte by byte', async () => {
  const socket = connectPlain(port(), '127.0.0.1').setNoDelay()
  for (const byte of 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n') await new Promise(done => socket.write(byte, done))
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /)
  socket.destroy()
})

test('TLS 1.1 is refused, 1.2 and 1.3 work', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await tls({ minVersion: version, maxVersion: version })
    expect(socket.getProtocol()).toBe(version)
    expect(socket.authorized).toBe(true)
    socket.destroy()
  }
  const old = tls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
  await expect(old).rejects.toThrow(/version|protocol/i)
})

test('clients that speak neither, or disconnect during the handshake, affect no others', async () => {
  for (const bytes of [
    Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3]),
    Buffer.from([0x16]),
    Buffer.from('\0\0\0\0\r\n\r\n'),
    undefined,
  ]) {
    const socket = connectPlain(port(), '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    if (bytes) socket.write(bytes)
    socket.end()
    socket.resume()
    await once(socket, 'close')
  }
  const reset = connectPlain(port(), '127.0.0.1')
  await once(reset, 'connect')
  reset.resetAndDestroy()
  expect((await post('/protocol', 'x')).status).toBe(200)
})

describe('the files', () => {
  test('are reloaded when they change; a pair that does not match is not used', async () => {
    const log = { ...quietLog, info: jest.fn(), warn: jest.fn() }
    const server = createServer((_req, res) => res.end('fine'))
    const renewed = { cert: join(folder, 'renewed.pem'), key: join(folder, 'renewed.key') }
    await renew('first', renewed)
    const front = serveTls(server, renewed, log, 10)
    await front.start()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const nameShown = async () => {
      const socket = await tls({ port: (server.address() as AddressInfo).port })
      const { subject } = socket.getPeerCertificate()
      socket.destroy()
      return subject.CN
    }
    expect(await nameShown()).toBe('first')
    await writeFile(renewed.key, authority.key)
    await called(log.warn)
    expect(await nameShown()).toBe('first')
    await renew('second', renewed)
    await called(log.info)
    expect(await nameShown()).toBe('second')
    front.stop()
    server.close()
    await once(server, 'close')
  })

  test.each([
    ['no file', 'OSQUERY_TLS_CERT', { cert: '/nowhere/cert.pem' }, /nowhere/],
    ['a key for a certificate', 'OSQUERY_TLS_CERT', { cert: 'key.pem' }, /is not a certificate in PEM format/],
    ['a certificate for a key', 'OSQUERY_TLS_KEY', { key: 'cert.pem' }, /is not an unencrypted private key/],
    ['the key of another', 'OSQUERY_TLS_KEY', { key: 'other.pem' }, /does not match the certificate/],
  ])('%s prevents the start with an error that names %s', async (_what, setting, wrong, problem) => {
    await writeFile(join(folder, 'other.pem'), authority.key)
    const given = Object.entries({ cert: 'cert.pem', key: 'key.pem', ...wrong })
    const paths = Object.fromEntries(given.map(([name, path]) => [name, resolve(folder, path)])) as unknown as TlsFiles
    const start = serveTls(createServer(), paths, quietLog).start()
    await expect(start).rejects.toThrow(StartError)
    await expect(serveTls(createServer(), paths, quietLog).start()).rejects.toThrow(setting)
    await expect(serveTls(createServer(), paths, quietLog).start()).rejects.toThrow(problem)
  })

  test('must be set both or not at all', () => {
    expect(() => readConfig({ OSQUERY_TLS_CERT: 'cert.pem' })).toThrow(/OSQUERY_TLS_KEY: is required/)
    expect(() => readConfig({ OSQUERY_TLS_KEY: 'key.pem' })).toThrow(/OSQUERY_TLS_CERT: is required/)
    expect(readConfig({ OSQUERY_TLS_CERT: '/c', OSQUERY_TLS_KEY: '/k' }).config.tls).toEqual({ cert: '/c', key: '/k' })
    expect(readConfig({}).config.tls).toBeUndefined()
  })
})

/** Waits until it has been called. */
async function called(listener: jest.Mock) {
  while (!listener.mock.calls.length) await new Promise(setImmediate)
}

test('stopping closes connections of both kinds, including those that have sent nothing yet', async () => {
  const other = await startSite({ config: { tls: files() } })
  const own = Number(new URL(other.url).port)
  const silent = connectPlain(own, '127.0.0.1')
  const idle = connect({ port: own, host: '127.0.0.1', servername: 'fleet.example', ca: authority.cert })
  await Promise.all([once(silent, 'connect'), once(idle, 'secureConnect')])
  idle.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(idle, 'data')
  await Promise.all([once(silent, 'close'), once(idle, 'close'), other.stop()])
})
