import fc from 'fast-check'
import { pageOf } from './page'

test('a page has a title, a description, a canonical URL and a language', () => {
  const html = `<!DOCTYPE html><html lang="en-GB"><head><svg><title>Icon</title></svg>
    <title> A &lt;b&gt;\n title &eacute;</title><title>Second</title>
    <meta NAME=Description content=" What it\nis &quot;about&quot; "><meta name=description content="second">
    <link rel="x CANONICAL" href="../canonical#part"><link rel=canonical href=second></head></html>`
  expect(pageOf(html)).toMatchObject({
    title: 'A <b> title é',
    description: 'What it is "about"',
    canonical: 'https://example.org/canonical',
    lang: 'en-GB',
    text: '',
  })
  expect(pageOf('<html xml:lang=de><link rel=canonical href="mailto:a">')).toMatchObject({
    lang: 'de',
    canonical: null,
  })
  expect(pageOf('')).toMatchObject({ title: null, description: null, canonical: null, lang: null, text: '' })
  expect(pageOf('<title></title><title>Second</title>').title).toBeNull()
  expect(pageOf('<title>never closed').title).toBe('never closed')
})

test('a page has headings', () => {
  const html = '<h1>One <small>and\nmore</small></h1><H2><a href=x>Link</a></H2><h3>open<h4>next</h4><h7>no</h7>'
  expect(pageOf(html).headings).toEqual([
    { level: 1, text: 'One and more' },
    { level: 2, text: 'Link' },
    { level: 3, text: 'open' },
    { level: 4, text: 'next' },
  ])
  expect(pageOf(html).links[0]?.text).toBe('Link')
})

describe('the text', () => {
  test.each([
    ['<p>One</p><p>two<br>three</p><ul><li>four<li>five</ul><td>six<td>seven', 'One two three four five six seven'],
    ['in<b>line</b> e<i>lement</i>s <span>do</span>n&#39;t', "inline elements don't"],
    [' a \t\n b&nbsp; &nbsp;c \u3000 d ', 'a b c d'],
    ['a<script>no</script>b<style>no</style><template>no</template><textarea>no</textarea>c', 'ab c'],
    ['a<!-- no -->b<![CDATA[no]]>c', 'abc'],
    ['<noscript>yes</noscript><xmp><b></xmp>', 'yes'],
    ['&lt;b&gt; &copy &notin; &unknown; &#x80; &#0;', '<b> © ∉ &unknown; € \ufffd'],
    ['a\0b', 'a b'],
    ['<plaintext>a<b>c', 'a<b>c'],
    ['1 < 2 > 3 </ x> <3', '1 < 2 > 3 <3'],
  ])('of %s is %j', (html, text) => expect(pageOf(html).text).toBe(text))

  test('is cut at 64 KiB', () => {
    const page = pageOf(`${' \n'.repeat(200_000)}${'é '.repeat(30_000)}`)
    expect(Buffer.byteLength(page.text)).toBeLessThanOrEqual(64 * 1024)
    expect(Buffer.byteLength(page.text)).toBeGreaterThan(64 * 1024 - 4)
  })
})

test('mixed content is what an HTTPS page loads by HTTP', () => {
  const html = `<img src="http://a.example/1"><img src="http://a.example/1"><script src="http://a.example/2"></script>
    <link rel=stylesheet href="http://a.example/3"><iframe src="http://a.example/4"></iframe>
    <video src="http://a.example/5"><source src="http://a.example/6"></video><object data="http://a.example/7"></object>
    <img src="//a.example/x"><img src="/x"><a href="http://a.example/x"></a><link rel=icon href="http://a.example/x">`
  expect(pageOf(html).mixedContent).toEqual([1, 2, 3, 4, 5, 6, 7].map(n => `http://a.example/${n}`))
  expect(pageOf(html, { url: 'http://example.org/' }).mixedContent).toEqual([])
  expect(pageOf('<base href="http://example.org/"><img src="a.png">').mixedContent).toEqual([
    'http://example.org/a.png',
  ])
  const many = Array.from({ length: 30 }, (_, i) => `<img src="http://a.example/${i}">`).join('')
  expect(pageOf(many).mixedContent).toHaveLength(20)
})

test('any text can be read', () => {
  const part = fc.constantFrom(
    ...[
      '<',
      '>',
      '/',
      '"',
      "'",
      '=',
      ' ',
      '&',
      '&amp',
      '&#',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '</',
      'a',
      'href',
      '\0',
    ],
    ...[
      '<a href="x">',
      '</a>',
      '<title>',
      '</title>',
      '<svg>',
      '<template>',
      '</template>',
      '<script>',
      '</script>',
      '<h1>',
      '\ud800',
    ],
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), parts => {
      const page = pageOf(parts.join(''), { extract: [{ name: 'a', selector: 'a, title', all: true }] })
      for (const { url } of page.links) expect(new URL(url).href).toBe(url)
      expect(page.text).not.toMatch(/\s\s|\0/)
    }),
    { numRuns: 2_000 },
  )
})

test('pages are read in time in proportion to their size, however deep', () => {
  const count = 200_000
  const html = `${'<b>'.repeat(count)}<a href="x">deep</a>${'</i>'.repeat(count)}${'<div>'.repeat(count)}`
  expect(pageOf(html, { extract: [{ name: 'a', selector: 'a', all: false }] })).toMatchObject({
    links: [{ text: 'deep' }],
    extracted: { a: null },
  })
})
