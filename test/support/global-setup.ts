import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb } from '../../src/base/db'
import { migrate } from '../../src/base/migrate'
import { type ChromiumOffer, offerChromium } from './chromium'
import { databaseUrl, TEMPLATE } from './databases'
import { type Servers, startServers } from './servers'

declare global {
  var testServers: Servers | undefined
  var testChromium: ChromiumOffer | undefined
}

/** One Redis, one PostgreSQL and one Chromium for the whole run, and a migrated database that each test file copies. */
export default async function setUp() {
  const file = join(mkdtempSync(join(tmpdir(), 'tailrace-contract-')), 'mismatches')
  writeFileSync(file, '')
  process.env.CONTRACT_CHECK_FILE = file
  const servers = await startServers()
  globalThis.testServers = servers
  const url = process.env.TEST_DATABASE_URL || servers.postgres.url // for example another version, or one behind pgbouncer
  const admin = createDb(url, 1)
  await admin.raw('drop database if exists ??', [TEMPLATE]) // from an earlier run
  await admin.raw('create database ??', [TEMPLATE])
  await admin.destroy()
  const template = createDb(databaseUrl(url, TEMPLATE), 2)
  await migrate(template)
  await template.destroy()
  const chromium = await offerChromium()
  globalThis.testChromium = chromium
  process.env.TEST_CHROMIUM_URL = chromium.url
  process.env.TEST_DATABASE_URL = url
  process.env.TEST_REDIS_URL ||= servers.redis.url // for example a Cluster started by hand
}
