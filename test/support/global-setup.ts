import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb } from '../../src/base/db'
import { migrate } from '../../src/base/migrate'
import { type ChromiumOffer, offerChromium } from './chromium'
import { databaseUrl, TEMPLATE } from './databases'
import { redisVersion } from './redis'
import { type Servers, startServers } from './servers'

declare global {
  var testServers: Servers | undefined
  var testChromium: ChromiumOffer | undefined
}

/**
 * One Redis, one PostgreSQL and one Chromium for the whole run, with a migrated database that each test file copies. Its
 * data were copied before, for tests that need a PostgreSQL of their own.
 */
export default async function setUp() {
  const file = join(mkdtempSync(join(tmpdir(), 'tailrace-contract-')), 'mismatches')
  writeFileSync(file, '')
  process.env.CONTRACT_CHECK_FILE = file
  const servers = await startServers()
  globalThis.testServers = servers
  const { postgres, redis } = servers
  await migrateAll(postgres.url)
  process.env.TEST_POSTGRES_DATA = (await servers.keepCopy()) ?? ''
  const given = process.env.TEST_DATABASE_URL // for example another version, or one behind pgbouncer
  const url = given || databaseUrl(postgres.url, 'postgres')
  await createTemplate(url, given ? 'template1' : new URL(postgres.url).pathname.slice(1))
  process.env.TEST_DATABASE_URL = url
  process.env.TEST_REDIS_URL ||= redis.url // for example a Valkey started by hand
  process.env.TEST_REDIS_VERSION = await redisVersion()
  const chromium = await offerChromium()
  globalThis.testChromium = chromium
  process.env.TEST_CHROMIUM_URL = chromium.url
}

async function createTemplate(url: string, source: string) {
  const admin = createDb(url, 1)
  await admin.raw('drop database if exists ??', [TEMPLATE]) // from an earlier run
  await admin.raw('create database ?? template ??', [TEMPLATE, source])
  await admin.destroy()
  await migrateAll(databaseUrl(url, TEMPLATE))
}

async function migrateAll(url: string) {
  const db = createDb(url, 2)
  await migrate(db)
  await db.destroy()
}
