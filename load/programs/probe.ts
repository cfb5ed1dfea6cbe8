import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { answer } from './questions'

/**
 * Loaded into a program under test before its own first line (`node --require`): tells its memory and CPU time from
 * inside, and takes profiles.
 */
const session = new Session()

const probe = {
  /** Bytes after a full garbage collection; needs `--expose-gc`. */
  memory: () => {
    for (let i = 0; i < 3; i++) globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, heapUsed, external }
  },
  /** CPU seconds of this process so far. */
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  },
  startProfile: () => {
    session.connect()
    session.post('Profiler.enable')
    session.post('Profiler.start')
  },
  stopProfile: ({ file }: { file: string }) =>
    new Promise<void>((resolve, reject) => {
      session.post('Profiler.stop', (error, result) => {
        session.disconnect()
        if (error) return reject(error)
        writeFileSync(file, JSON.stringify(result.profile))
        resolve()
      })
    }),
}

export type Probe = typeof probe

answer(probe)
// the program under test is to end by itself
process.channel?.unref()
