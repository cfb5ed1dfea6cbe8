import { Writable } from 'node:stream'
import { createLog } from '../../src/base/log'
import { ignoreOutage, logRetryable, Unavailable } from '../../src/base/outage'

/** The log line for a failure of work that is retried later. */
function told(error: unknown): { level: string; message: string; error: string } {
  let text = ''
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  logRetryable(createLog({ level: 'debug', format: 'json', output }), 'Figures are stored later', {}, 'warn')(error)
  return JSON.parse(text)
}

test('an outage is logged as one', () => {
  expect(told(new Unavailable('Redis is down'))).toMatchObject({ level: 'warn', error: 'Redis is down' })
  expect(told(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toMatchObject({ level: 'warn' })
})

test('any other failure is logged as an error with its stack, and is not ignored', () => {
  const fault = new TypeError('x is not a function')
  const { level, error } = told(fault)
  expect(level).toBe('error')
  expect(error).toContain('outage.test.ts')
  expect(() => ignoreOutage(fault)).toThrow(fault)
  expect(ignoreOutage(new Unavailable('Redis is down'))).toBeUndefined()
})
