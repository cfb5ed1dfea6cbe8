import { linksOf, pageOf } from './page'

describe('links', () => {
  test.each([
    ['<a href="a">x</a><A HREF=b>x</A><a href=\'c\'>x', ['/docs/a', '/docs/b', '/docs/c']],
    ['<a href="?a=1&amp;b=2&#38;c=3">', ['/docs/page.html?a=1&b=2&c=3']],
    ['<a href=" a \n b ">', ['/docs/a%20%20b']],
    ['<a href="a" href="b">', ['/docs/a']],
    ['<map><area href="/area" alt="Area"></map>', ['/area']],
    ['<frameset><frame src="one"><frame src=two></frameset>', ['/docs/one', '/docs/two']],
    ['<iframe src="frame"></iframe>', ['/docs/frame']],
    ['<link rel="next" href="2"><link rel="prev" href="0">', ['/docs/2', '/docs/0']],
    ['<link rel="alternate" hreflang="de" href="/de/">', ['/de/']],
    ['<link rel="alternate" type="application/rss+xml" href="feed"><link rel=stylesheet href=s.css>', []],
    ['<link rel="alternate" hreflang="de" media="handheld" href="/m/">', []],
    ['<meta http-equiv="Refresh" content="5; URL=next">', ['/docs/next']],
    ['<noscript><a href="plain">x</a></noscript>', ['/docs/plain']],
    ['<a>no link</a><a name="x">no link</a>', []],
    ['<a href="">self</a>', ['/docs/page.html']],
    ['<a href="#part">place</a>', []],
    ['<a href="other#part">place</a>', ['/docs/other']],
    ['<a href="mailto:a@example.org"><a href="javascript:x()"><a href="ftp://example.org/"><a href="http://[">', []],
    ['<a href="a"><a href="a">', ['/docs/a', '/docs/a']],
    ['<script/><a href="a">', ['/docs/a']],
    ['<b><a href="a"></b></i></a></p>', ['/docs/a']],
    ['<a href="a"', []],
  ])('of %s are %j', (html, links) => expect(linksOf(html)).toEqual(links))

  test.each([
    '<!-- <a href="a"> -->',
    '<!-- <a href="a">',
    '<script>"<a href=a>"</script>',
    '<SCRIPT type=x>"<a href=a>"',
    '<style><a href="a"></style>',
    '<template><p><template></template><a href="a"></a></template>',
    '<textarea><a href="a"></textarea>',
    '<title><a href="a"></title>',
    '<xmp><a href="a"></xmp>',
    '<iframe><a href="a"></iframe>',
    '<noembed><a href="a"></noembed>',
    '<plaintext><a href="a">',
    '<p title="<a href=a>">',
  ])('do not come from %s', html => {
    expect(linksOf(html)).toEqual([])
    expect(linksOf(`<a href="before">${html}`)).toEqual(['/docs/before'])
  })

  test.each([
    '<script><a href="a"></script>',
    '<template><a href="a"></template>',
    '<textarea></textarea>',
    '<iframe></div></iframe>',
    '<title></title>',
    '<template></script></template>',
    '<svg><title>x</title></svg>',
  ])('are found again after %s', html => expect(linksOf(`${html}<a href="b">`)).toEqual(['/docs/b']))

  test('have the visible text, or that of images', () => {
    const html =
      '<a href="a"> One\n<b>tw</b>o <script>no</script><p>three&nbsp;&amp;</p></a>' +
      '<a href="b"><img src="i.png" alt="A picture"></a><a href="c"><img src="i.png"></a>' +
      `<a href="d">${'x'.repeat(300)}</a><a href="e">unclosed <a href="f">next</a> after`
    expect(pageOf(html).links.map(({ text }) => text)).toEqual([
      'One two three &',
      'A picture',
      '',
      'x'.repeat(200),
      'unclosed',
      'next',
    ])
    expect(pageOf('<area href=a alt="Area"><link rel=next href=b title="Next">').links.map(({ text }) => text)).toEqual(
      ['Area', 'Next'],
    )
  })

  test('never end with half a character', () => {
    expect(pageOf(`<a href=a>${'x'.repeat(199)}😀</a>`).links[0]?.text).toBe('x'.repeat(199))
  })

  test('that are too many are counted', () => {
    const page = pageOf('<a href=a></a>'.repeat(12), { linksMax: 10 })
    expect([page.links.length, page.linksLeftOut]).toEqual([10, 2])
  })
})

describe('a base', () => {
  test.each([
    ['<base href="/other/">', '/other/a'],
    ['<base href="/other/"><base href="/third/">', '/other/a'],
    ['<base target=x><base href="/other/">', '/other/a'],
    ['<base href="">', '/docs/a'],
    ['<base href="data:,x">', '/docs/a'],
    ['<base href="javascript:x"><base href="/third/">', '/docs/a'],
    ['<base href="http://[">', '/docs/a'],
    ['<base href="https://example.org:8443/x/y?z">', ':8443/x/a'],
    ['<!--<base href="/other/">--><template><base href="/other/"></template>', '/docs/a'],
  ])('%s makes "a" lead to %s', (html, link) => {
    expect(linksOf(`${html}<a href="a">`)).toEqual([link])
    expect(linksOf(`<a href="a"></a>${html}`)).toEqual([link])
  })

  test('makes a link to a place lead to another page', () => {
    expect(linksOf('<base href="/other/"><a href="#x">')).toEqual(['/other/'])
  })
})

describe('nofollow', () => {
  const flags = (html: string, obeyNofollow = true) => pageOf(html, { obeyNofollow }).links.map(link => link.nofollow)

  test('at a link, also as ugc and sponsored', () => {
    const html = ['nofollow', 'NoFollow noopener', 'ugc', 'x sponsored', 'nofollowing', 'noopener'].map(
      rel => `<a href=a rel="${rel}"></a>`,
    )
    expect(flags(html.join(''))).toEqual([true, true, true, true, false, false])
    expect(pageOf(html.join('')).links[1]?.rel).toBe('NoFollow noopener')
  })

  test('of a page counts for all of its links, also for those before', () => {
    expect(flags('<a href=a></a><meta name=robots content=nofollow><a href=b></a>')).toEqual([true, true])
  })

  test('is ignored if asked to', () => {
    expect(flags('<meta name=robots content=nofollow><a rel=nofollow href=a></a>', false)).toEqual([false])
  })
})
