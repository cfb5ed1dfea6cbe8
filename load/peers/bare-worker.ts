import { Queue, Worker } from 'bullmq'
import { createLog } from '../../src/base/log'
import { createRedis } from '../../src/base/redis'
import { answer } from '../programs/questions'

interface Run {
  redisUrl: string
  count: number
  concurrency: number
}

const PREFIX = '{bare}'
const BULK = 1_000

/** The baseline for jobs: bare BullMQ. @returns jobs per second */
async function run({ redisUrl, count, concurrency }: Run): Promise<number> {
  const log = createLog({ level: 'error', format: 'json', output: process.stderr })
  const redis = createRedis({ url: redisUrl, prefix: 'bare', log })
  const [commands, blocking] = [redis.connect('blocking'), redis.connect('blocking')]
  const queue = new Queue('noop', { connection: commands, prefix: PREFIX })
  const kept = { removeOnComplete: { count: 1_000 }, removeOnFail: { count: 1_000 } }
  for (let made = 0; made < count; made += BULK)
    await queue.addBulk(Array.from({ length: BULK }, () => ({ name: 'noop', data: {}, opts: kept })))
  let startedMs = 0
  let done = 0
  const rate = await new Promise<number>(resolve => {
    const work = async () => {
      startedMs ||= performance.now()
    }
    const worker = new Worker('noop', work, { connection: blocking, prefix: PREFIX, concurrency })
    worker.on('completed', () => {
      if (++done < count) return
      resolve((count / (performance.now() - startedMs)) * 1_000)
      void worker.close()
    })
  })
  await queue.obliterate({ force: true })
  await queue.close()
  commands.disconnect()
  blocking.disconnect()
  return rate
}

const questions = { run }

export type BareWorkerQuestions = typeof questions

answer(questions)
