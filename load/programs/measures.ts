import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'

const session = new Session()

/** Measurements of the current process: memory, CPU time and profiles. */
export const measures = {
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
