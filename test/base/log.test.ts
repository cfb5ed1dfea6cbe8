import { Writable } from 'node:stream'
import { createLog } from '../../src/base/log'

/** An output whose reader can stall and continue. */
function tap() {
  const lines: string[] = []
  let waiting: (() => void) | undefined
  let isOpen = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(...String(chunk).split('\n').filter(Boolean))
      if (isOpen) done()
      else waiting = done
    },
  })
  const open = () => {
    isOpen = true
    waiting?.()
  }
  return { output, lines, open }
}

test('unread lines are buffered up to a limit, and the number of lost lines is reported later', async () => {
  const { output, lines, open } = tap()
  const log = createLog({ level: 'info', format: 'json', output })
  const kept: string[] = []
  log.sinks.add(({ message, facts }) => kept.push(`${message} ${JSON.stringify(facts)}`))
  const written = 20_000
  for (let line = 0; line < written; line++) log.info('x'.repeat(200))
  expect(output.writableLength).toBeLessThan(2 * 1024 * 1024)
  expect(kept).toContain('Log lines cannot be printed {"reason":"the reader has stalled"}')
  const drained = new Promise(resolve => output.once('drain', resolve))
  open()
  await drained
  log.info('after')
  const told = lines.map(line => JSON.parse(line))
  const { lost_lines } = told.find(({ message }) => message === 'Log lines can be printed again')
  expect(told.filter(({ message }) => message.startsWith('x')).length + lost_lines).toBe(written + 1) // and the first report
  expect(told.at(-1)).toMatchObject({ message: 'after' })
})

test('a failing output loses its lines and affects nothing else', async () => {
  const output = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
    autoDestroy: false,
  })
  const log = createLog({ level: 'info', format: 'json', output })
  const kept: string[] = []
  log.sinks.add(({ message }) => kept.push(message))
  log.info('one')
  log.info('two')
  await new Promise(setImmediate)
  expect(kept).toEqual(['one', 'two', 'Log lines cannot be printed'])
})
