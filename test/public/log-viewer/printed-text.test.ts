import { LineStore } from '../../../public/components/log-viewer/line-store'
import { printedText } from '../../../public/components/log-viewer/printed-text'
import { line } from '../support/scripted-server'

const storeOf = (numbers: number[]) => {
  const store = new LineStore()
  store.insert(
    numbers.map(number => ({
      ...line(number, number),
      level: 'info' as const,
      message: `\x1b[31mline\x1b[0m\u202e ${number}`,
    })),
  )
  return store
}
const from = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at)

describe('a printed log', () => {
  it('has lines without escapes and hidden characters, and says what is not loaded', () => {
    const lines = printedText(storeOf([1, 2, 10])).split('\n')
    expect(lines.map(text => text.replace(/^(\d+) {2}[\d:.]+/, '$1'))).toEqual([
      expect.stringMatching(/^1 .*line\\u202e 1$/),
      expect.stringMatching(/^2 .*line\\u202e 2$/),
      '… 7 lines not loaded …',
      expect.stringMatching(/^10 .*line\\u202e 10$/),
    ])
  })

  it('says that it is cut', () => {
    const lines = printedText(storeOf(from(1, 20_500))).split('\n')
    expect(lines[0]).toBe('Only the last 20,000 lines are printed.')
    expect(lines[1]).toMatch(/^501 /)
    expect(lines).toHaveLength(20_001)
  })
})
