import { startProgram } from '../programs/program'
import type { BetterSseQuestions } from './better-sse-server'
import type { Peer } from './peer'

/** Starts better-sse in a separate process; undefined if it is not installed. */
export async function startBetterSse(): Promise<Peer | undefined> {
  try {
    require.resolve('better-sse')
  } catch {
    return undefined
  }
  const program = startProgram<BetterSseQuestions>('load/peers/better-sse-server')
  const port = await program.ask('start', undefined)
  return {
    url: `http://127.0.0.1:${port}`,
    path: '/',
    publish: async messages => {
      await program.ask('publish', { messages: messages.map(message => JSON.parse(message)) })
    },
    stop: async () => {
      await program.stop()
    },
  }
}
