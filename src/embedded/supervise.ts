import { messageOf } from '../base/errors'
import type { Log } from '../base/log'
import type { Child } from './child'

const PAUSE_MS_MIN = 200
const PAUSE_MS_MAX = 10_000

/** Starts a server and starts it again whenever it ends by itself, until `stop`. */
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
      const how = await child.exited
      if (stopping.signal.aborted) return
      log.error(`${name} ended by itself and is started again`, { reason: how })
      child = await startAgain(name, log, start, stopping.signal, child)
    }
  }
  const watching = watch()
  return {
    url,
    async stop() {
      stopping.abort()
      await child.stop()
      await watching
      await child.stop() // a start that was under way when we were told to stop
    },
  }
}

async function startAgain(
  name: string,
  log: Log,
  start: () => Promise<{ child: Child }>,
  stopping: AbortSignal,
  last: Child,
): Promise<Child> {
  for (let wait = PAUSE_MS_MIN; !stopping.aborted; wait = Math.min(wait * 2, PAUSE_MS_MAX)) {
    try {
      return (await start()).child
    } catch (error) {
      log.error(`${name} could not be started again`, { error: messageOf(error) })
    }
    await pause(wait, stopping)
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
