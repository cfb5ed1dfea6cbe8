import { Writable } from 'node:stream'
import { lossyOutput } from '../../src/base/output'

test('a stalled reader is reported once, and once more when it has caught up', async () => {
  const waiting: (() => void)[] = []
  const slow = new Writable({ write: (_chunk, _encoding, done) => void waiting.push(done) })
  const told: string[] = []
  const output = lossyOutput(slow, {
    onLoss: () => void told.push('lost'),
    onRecovery: lines => void told.push(`again, ${lines} lost`),
  })
  const line = 'x'.repeat(100_000)
  for (let n = 0; n < 20; n++) output.write(line)
  for (let n = 0; n < 3; n++) {
    waiting.shift()?.()
    await new Promise(setImmediate)
    output.write(line)
  }
  expect(told).toEqual(['lost'])
  while (waiting.length) {
    waiting.shift()?.()
    await new Promise(setImmediate)
  }
  expect(told).toHaveLength(2)
  expect(told[1]).toMatch(/^again, \d+ lost$/)
})
