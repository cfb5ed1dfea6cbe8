import { writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'

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
  startProfile: async () => {
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
  },
  stopProfile: async ({ file }: { file: string }) => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    await writeFile(file, JSON.stringify(profile))
  },
}
