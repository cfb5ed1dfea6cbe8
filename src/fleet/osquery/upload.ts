import type { IncomingMessage } from 'node:http'
import { AgentDisconnected } from './refusal'

/** What to do after a chunk: continue, wait for memory, or leave the rest for a later call. */
type Next = undefined | 'pause' | Promise<void>

/**
 * Receives the bytes of a request as they arrive. Uses events, because an iterator costs more than the rest of a poll.
 * @param msMax after this time the connection is closed
 * @returns whether the body has ended
 * @throws AgentDisconnected, and what `take` throws or its promise is rejected with
 */
export function receive(req: IncomingMessage, msMax: number, take: (chunk: Buffer) => Next): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (req.readableEnded) return resolve(true)
    // A request fails only when its connection ends.
    const fail = () => settle(() => reject(new AgentDisconnected()))
    const end = () => settle(() => resolve(true))
    const refuse = (error: unknown) =>
      settle(() => {
        req.resume()
        reject(error)
      })
    const timer = setTimeout(() => req.destroy(), msMax)
    const settle = (done: () => void) => {
      clearTimeout(timer)
      req.off('close', fail).off('error', fail).off('end', end).off('data', onData)
      done()
    }
    const taken = (chunk: Buffer): Next => {
      try {
        return take(chunk)
      } catch (error) {
        refuse(error)
        return undefined
      }
    }
    const onData = (chunk: Buffer) => {
      const next = taken(chunk)
      if (!next) return
      req.pause()
      if (next === 'pause') settle(() => resolve(false))
      else next.then(() => req.resume(), refuse)
    }
    if (req.destroyed) return fail()
    req.once('close', fail).once('error', fail).once('end', end).on('data', onData)
    if (req.isPaused()) req.resume()
  })
}
