import { reason, visibleText } from '../../src/contract/fields'

const takes = (text: string) => visibleText(200).safeParse(text).success

test.each([' ', '\t \n', '\u200b', '\u202e\u2066', '\ufeff', '\u3164', '\u00ad \u2060'])(
  '%j cannot be seen: it is no name',
  text => {
    expect(takes(text)).toBe(false)
    expect(reason.safeParse(text).success).toBe(false)
  },
)

test.each(['a', ' a ', '\u200ba', '-', '👩‍💻', 'می‌خواهم', '\u202eevil'])('%j can', text => {
  expect(takes(text)).toBe(true)
})
