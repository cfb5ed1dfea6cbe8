import { request } from 'node:http'
import { EventSplitter } from './events'
import type { Target } from './subscriber'

const RANGE = /"first_seq":(\d+),"last_seq":(\d+)/

/** A frame as it came, and how many lines it has. */
export interface RecordedFrame {
  text: string
  lines: number
}

/** Reads a stream of one topic. Resolves once connected. */
export function record(target: Target): Promise<{ frames: RecordedFrame[]; stop(): void }> {
  return new Promise((resolve, reject) => {
    const frames: RecordedFrame[] = []
    const splitter = new EventSplitter(true, (head, text) => {
      const range = head.startsWith('event: logs\n') && RANGE.exec(text.slice(-200))
      if (range) frames.push({ text: `${text}\n\n`, lines: Number(range[2]) - Number(range[1]) + 1 })
    })
    const asked = request(target, response => {
      response.on('data', (bytes: Buffer) => splitter.feed(bytes)).on('error', () => undefined) // cut by `stop`
      resolve({ frames, stop: () => void asked.destroy() })
    })
    asked.on('error', reject).end()
  })
}
