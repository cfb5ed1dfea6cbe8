import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createMetrics } from '../../src/base/metrics'
import { createRedis } from '../../src/base/redis'
import { ROOT } from '../../src/config'
import { createJobs, defineKind, type Handler, handle } from '../../src/jobs'
import * as handlers from '../../workers'
import { quietLog, testRedisUrl } from '../support/parts'

const kind = (name: string) => defineKind({ name, queue: 'demo', input: z.object({}) })
const [one, two] = [kind('one'), kind('two')]
const nothing = async () => undefined

function workersOf(kinds: readonly ReturnType<typeof kind>[], list: readonly Handler<never>[]) {
  const redis = createRedis({ url: testRedisUrl(), prefix: 'registry', log: quietLog })
  const deps = { redis, log: quietLog, metrics: createMetrics(), kinds, config: { worker: {}, streams: {} } }
  const jobs = createJobs(deps as unknown as Parameters<typeof createJobs>[0])
  try {
    return jobs.createWorkers(list, {} as never)
  } finally {
    for (const part of jobs.parts.slice(0, 1)) void part.stop()
  }
}

test('every file in workers/ is listed once', () => {
  const files = readdirSync(join(ROOT, 'workers')).filter(name => name !== 'index.ts')
  expect(
    Object.values(handlers)
      .map(handler => `${handler.kind.name}.ts`)
      .sort(),
  ).toEqual(files.sort())
})

test('registering a kind twice prevents the start', () => {
  expect(() => workersOf([one, kind('one')], [])).toThrow('registered twice')
})

test('a kind without a handler, or with two, prevents the start', () => {
  expect(() => workersOf([one, two], [handle(one, nothing)])).toThrow('two has no handler')
  expect(() => workersOf([one], [handle(one, nothing), handle(one, nothing)])).toThrow('two handlers')
  expect(() => workersOf([one], [handle(one, nothing), handle(two, nothing)])).toThrow('not registered')
})

test('a kind needs a valid name and an existing queue', () => {
  expect(() => kind('No Spaces')).toThrow('cannot be named')
  expect(() => defineKind({ name: 'x', queue: 'nowhere' as 'demo', input: z.object({}) })).toThrow('unknown queue')
})
