import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requireDatabase } from '../../src/base/database-check'
import { createDb, type Db, isDatabaseOutage } from '../../src/base/db'
import { demo } from '../retention/clock'
import { startApp } from '../support/app'
import { type Identity, identity } from '../support/certificates'
import { testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { eventually } from '../support/programs'
import { rows } from '../support/rows'
import { type InstalledPostgres, installedPostgres, startInstalled } from './postgres'
import { testWith } from './programs'

const program = installedPostgres()
const withTls = testWith(program)
const SERVER = { name: 'a server', hosts: ['127.0.0.1'] }
let postgres: InstalledPostgres
let admin: Db
let ca: Identity

beforeAll(async () => {
  if (!program) return
  ca = await identity({ name: 'a CA', authority: true })
  const server = await identity({ ...SERVER, by: ca })
  postgres = await startInstalled(
    program,
    { ssl: 'on', ssl_ca_file: 'root.crt' },
    { 'root.crt': ca.cert, 'server.crt': server.cert, 'server.key': server.key },
  )
  admin = createDb(postgres.adminUrl, 1)
  await admin.raw("create role known login password 'pw'; create role certified login; grant known to certified")
  await admin.raw('create database tls owner known')
  const client = await identity({ name: 'certified', by: ca })
  const other = await identity({ name: 'another CA', authority: true })
  const files = { 'ca.pem': ca.cert, 'other.pem': other.cert, 'client.pem': client.cert, 'client.key': client.key }
  for (const [name, text] of Object.entries({ ...files, 'text.pem': 'not PEM' }))
    await writeFile(join(postgres.folder, name), text)
})

afterAll(async () => {
  await admin?.destroy()
  await postgres?.stop()
})

/** @param options of the URL; the names of files are in the folder of this test */
const urlOf = (options: string, role = 'known', host = '127.0.0.1') =>
  `postgres://${role}:pw@${host}:${postgres.port}/tls${options.replaceAll('=@', `=${postgres.folder}/`)}`

async function problemOf(url: string): Promise<string> {
  const db = createDb(url, 1)
  const error = await requireDatabase(db, url, 0).catch(error => error)
  await db.destroy()
  return error?.message ?? 'none'
}

const VERIFIED = '?sslmode=verify-full&sslrootcert=@ca.pem'
const CERTIFIED = '&sslcert=@client.pem&sslkey=@client.key'

withTls(
  'a verified server, and a role that needs a client certificate: the product starts and runs a job',
  async () => {
    const databaseUrl = urlOf(VERIFIED + CERTIFIED, 'certified')
    const app = await startApp({ databaseUrl, redisUrl: testRedisUrl(), prefix: testRedisPrefix() })
    try {
      await demo(app, { workers: 1, lines: 20, interval_ms: 0 })
      const [own] = await rows(app.app.db, 'select ssl, client_dn from pg_stat_ssl where pid = pg_backend_pid()')
      expect(own).toEqual({ ssl: true, client_dn: '/CN=certified' })
    } finally {
      await app.stop()
    }
  },
)

withTls.each([
  ['no CA is given', '?sslmode=verify-full', 'self-signed certificate', 'sslrootcert=/path/ca.pem'],
  ['another CA', '?sslmode=verify-full&sslrootcert=@other.pem', 'self-signed certificate', 'sslrootcert=/path/ca.pem'],
  ['a missing file', '?sslmode=verify-full&sslrootcert=@none.pem', 'no such file', 'Correct the file'],
  ['a file that is no key', `${VERIFIED}&sslcert=@client.pem&sslkey=@text.pem`, '', 'Correct the file'],
])('%s: the error says what to do', async (_what, options, problem, advice) => {
  const message = await problemOf(urlOf(options))
  expect(message).toContain(problem)
  expect(message).toContain(advice)
  expect(message).not.toContain('pw@')
})

withTls('another host name, a client certificate that is missing, and TLS on one side only', async () => {
  expect(await problemOf(urlOf(VERIFIED, 'known', 'localhost'))).toMatch(/altnames.*\nUse a name that the certificate/)
  expect(await problemOf(urlOf(VERIFIED, 'certified'))).toMatch(/valid client certificate.*\nAdd &sslcert=/)
  expect(await problemOf(urlOf('', 'certified'))).toMatch(/no encryption.*\nAdd \?sslmode=verify-full/)
  const { url, drop } = await testDatabase()
  expect(await problemOf(`${url}&sslmode=verify-full`)).toMatch(/does not support SSL.*\nTurn TLS on/)
  await drop()
})

withTls('an expired certificate: the error says what to do, and to a running process it is an outage', async () => {
  const expired = await identity({ ...SERVER, by: ca, fromDays: -3, untilDays: -1 })
  await postgres.write('server.crt', expired.cert)
  await postgres.write('server.key', expired.key)
  await admin.raw('select pg_reload_conf()')
  await eventually(async () => (await problemOf(urlOf(VERIFIED))).includes('expired'), 'PostgreSQL shows it')
  expect(await problemOf(urlOf(VERIFIED))).toMatch(/certificate has expired.*\nRenew/)
  const db = createDb(urlOf(VERIFIED), 1)
  const error = await rows(db, 'select 1').catch(error => error)
  await db.destroy()
  expect(isDatabaseOutage(error)).toBe(true)
})
