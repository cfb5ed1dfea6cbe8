import { limitedLog } from '../../src/base/limited-log'
import { quietLog } from '../support/parts'

const MINUTE_MS = 60_000

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

function collect() {
  const lines: string[] = []
  const add = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  const log = { ...quietLog, debug: add('debug'), info: add('info'), warn: add('warn'), error: add('error') }
  return { lines, log: limitedLog(log) }
}

test('the first lines with a message are printed, and the rest are counted once a minute', () => {
  const { lines, log } = collect()
  for (let i = 0; i < 620; i++) log.warn('A wrong secret', { no: i })
  log.warn('Something else')
  expect(lines).toEqual([...Array(20).fill('warn A wrong secret'), 'warn Something else'])
  jest.advanceTimersByTime(MINUTE_MS)
  expect(lines.slice(21)).toEqual(['warn A wrong secret: 600 more within a minute'])
  log.warn('A wrong secret')
  expect(lines.slice(22)).toEqual(['warn A wrong secret'])
  jest.advanceTimersByTime(MINUTE_MS)
  expect(lines).toHaveLength(23)
})

test('within the limit there is no summary, and debug lines have no limit', () => {
  const { lines, log } = collect()
  for (let i = 0; i < 20; i++) log.info('A request')
  for (let i = 0; i < 50; i++) log.debug('A poll')
  jest.advanceTimersByTime(MINUTE_MS)
  expect(lines).toEqual([...Array(20).fill('info A request'), ...Array(50).fill('debug A poll')])
})

test('an unlimited number of different messages needs limited memory: they share one count', () => {
  const { lines, log } = collect()
  for (let i = 0; i < 10_000; i++) log.error(`Made up ${i}`)
  expect(lines).toHaveLength(520)
  jest.advanceTimersByTime(MINUTE_MS)
  expect(lines.slice(520)).toEqual(['error Other log lines: 9480 more within a minute'])
})
