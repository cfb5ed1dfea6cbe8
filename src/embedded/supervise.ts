import { messageOf } from '../base/errors'
import type { Log } from '../base/log'
import type { Child } from './child'

const BACKOFF_MS_MIN = 200
const BACKOFF_MS_MAX = 10_000

/** Starts a server and restarts it whenever it exits by itself, until `stop`. */
export async function keepRunning(
  name: string,
  log: Log,
  start: () => Promise<{ url: string; child: Child }>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { url, child: first } = await start()
  const stopping = new AbortController()
  let child = first
  const watch = async () => {
    while (!stopping.signal.aborted) {
      const reason = await child.exited
      if (stopping.signal.aborted) return
      log.error(`${name} exited unexpectedly; restarting it`, { reason })
      child = await restart(name, log, start, stopping.signal, child)
    }
  }
  const watching = watch()
  return {
    url,
    async stop() {
      stopping.abort()
      await child.stop()
      await watching
      await child.stop() // a restart may have been under way
    },
  }
}

async function restart(
  name: string,
  log: Log,
  start: () => Promise<{ child: Child }>,
  stopping: AbortSignal,
  last: Child,
): Promise<Child> {
  for (let backoff = BACKOFF_MS_MIN; !stopping.aborted; backoff = Math.min(backoff * 2, BACKOFF_MS_MAX)) {
    try {
      return (await start()).child
    } catch (error) {
      log.error(`${name} could not be restarted`, { error: messageOf(error) })
    }
    await pause(backoff, stopping)
  }
  return last
}

function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    stopping.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
