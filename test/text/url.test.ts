import { urlFrom } from '../../text/url'

test('a URL with a Latin-1 letter is read, however often it was read before', () => {
  // V8 optimizes a function after some thousand calls, from which on URL.canParse of Node 20 refuses such letters
  const hosts = new Set(Array.from({ length: 50_000 }, () => urlFrom('https://bücher.example/')?.host))
  expect([...hosts]).toEqual(['xn--bcher-kva.example'])
})

test('what is no URL gives undefined', () => {
  expect([urlFrom('bücher'), urlFrom('/a', 'bücher'), urlFrom('http://')]).toEqual([undefined, undefined, undefined])
})
