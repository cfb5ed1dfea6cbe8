import { createServer } from 'node:net'
import { createDb } from '../../src/base/db'
import { StartError } from '../../src/base/errors'
import { requireDatabase, requireRedis } from '../../src/base/reach'
import { createRedis } from '../../src/base/redis'
import { quietLog, testDatabase, testRedisUrl } from '../support/parts'

const PATIENCE_MS = 300

async function databaseProblem(url: string) {
  const db = createDb(url, 1)
  const error = await requireDatabase(db, url, PATIENCE_MS).catch(error => error)
  await db.destroy()
  return error
}

const redisProblem = (url: string) =>
  requireRedis(createRedis({ url, prefix: 'test', log: silent }), { url, log: silent, patienceMs: PATIENCE_MS }).catch(
    error => error,
  )
const silent = { ...quietLog, warn() {} }

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

test('servers that answer are accepted', async () => {
  const { url, drop } = await testDatabase()
  expect(await databaseProblem(url)).toBeUndefined()
  await drop()
  expect(await redisProblem(testRedisUrl())).toBeUndefined()
})

test('a database that cannot be reached: what to do, and no password', async () => {
  const port = await closedPort()
  const error = await databaseProblem(`postgres://me:s3cret@127.0.0.1:${port}/mine`)
  expect(error).toBeInstanceOf(StartError)
  expect(error.message).toContain(`127.0.0.1:${port}/mine`)
  expect(error.message).toContain('DATABASE_URL')
  expect(error.message).not.toContain('s3cret')
})

test('a database that lets nobody in is told at once', async () => {
  const { url, drop } = await testDatabase()
  const wrong = new URL(url)
  wrong.password = 'wrong'
  expect((await databaseProblem(wrong.href)).message).toContain('password authentication failed')
  wrong.href = url
  wrong.pathname = '/nowhere'
  expect((await databaseProblem(wrong.href)).message).toContain('"nowhere" does not exist')
  await drop()
})

test('a Redis that cannot be reached: what to do, and no password', async () => {
  const port = await closedPort()
  const error = await redisProblem(`redis://:s3cret@127.0.0.1:${port}`)
  expect(error).toBeInstanceOf(StartError)
  expect(error.message).toContain(`127.0.0.1:${port}`)
  expect(error.message).toContain('REDIS_URL')
  expect(error.message).not.toContain('s3cret')
})

test('a port that never answers does not hold the start up for ever', async () => {
  const server = createServer(() => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  expect(await redisProblem(`redis://127.0.0.1:${port}`)).toBeInstanceOf(StartError)
  server.close()
})
