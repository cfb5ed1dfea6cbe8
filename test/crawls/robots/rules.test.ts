import { parseRobots } from '../../../src/crawls/robots/parse-robots'

const ALL = 'User-agent: *\n'
const decide = (text: string, path: string, token = 'Foo') =>
  parseRobots(text, token).decide(new URL(path, 'https://example.org').href)

type Case = [name: string, text: string, path: string, allowed: boolean]

const paths: Case[] = [
  ['a rule matches what begins with its path', 'Disallow: /fish', '/fish.html', false],
  ['a rule matches folders below its path', 'Disallow: /fish', '/fish/salmon.html', false],
  ['a rule matches a query after its path', 'Disallow: /fish', '/fish?id=1', false],
  ['a rule is bound to the start of the path', 'Disallow: /fish', '/catfish', true],
  ['paths are case-sensitive', 'Disallow: /fish', '/Fish.asp', true],
  ['a slash at the end asks for a folder', 'Disallow: /fish/', '/fish', true],
  ['a slash matches everything', 'Disallow: /', '/any', false],
  ['an empty Disallow disallows nothing', 'Disallow:', '/any', true],
  ['an empty Disallow does not undo another rule', 'Disallow: /a\nDisallow:', '/a', false],
  ['an empty Allow allows nothing', 'Disallow: /\nAllow:', '/any', false],
  ['the fragment does not count', 'Disallow: /a#b', '/a', false],
  ['a path without a slash matches nothing', 'Disallow: fish', '/fish', true],
  ['robots.txt is always allowed', 'Disallow: /', '/robots.txt', true],
  ['what looks like robots.txt is not', 'Disallow: /', '/robots.txt2', false],

  ['the longest match wins: Allow', 'Disallow: /a\nAllow: /a/b', '/a/b', true],
  ['the longest match wins: Disallow', 'Allow: /a\nDisallow: /a/b', '/a/b/c', false],
  ['the order does not matter', 'Allow: /a/b\nDisallow: /a', '/a/b', true],
  ['of equal rules, Allow wins', 'Disallow: /a\nAllow: /a', '/a', true],
  ['Allow wins in any order', 'Allow: /a\nDisallow: /a', '/a', true],
  ['a wildcard counts as a character', 'Allow: /a\nDisallow: /*', '/a', true],
  ['a longer pattern wins over a shorter path', 'Allow: /page\nDisallow: /*.htm', '/page.htm', false],
  ['an end mark counts as a character', 'Allow: /$\nDisallow: /', '/', true],
  ['an end mark does not allow more', 'Allow: /$\nDisallow: /', '/page', false],
  ['the length is that of the encoded path', 'Disallow: /ü\nAllow: /%C3%BC', '/ü', true],
  ['escapes of plain letters do not make a rule longer', 'Disallow: /%61%62\nAllow: /abc', '/abc', true],

  ['a star matches any characters', 'Disallow: /*.php', '/a/b.php?c', false],
  ['a star matches none', 'Disallow: /a*b', '/ab', false],
  ['a star at the end is nothing special', 'Disallow: /fish*', '/fishheads', false],
  ['a star first', 'Disallow: *.php', '/index.php', false],
  ['a star alone', 'Disallow: *', '/any', false],
  ['several stars in a row', 'Disallow: /a***b', '/a-b', false],
  ['parts must come in order', 'Disallow: /*a*b', '/b-a', true],
  ['parts must not overlap', 'Disallow: /*aba*aba', '/ababa', true],
  ['a star crosses slashes and the query', 'Disallow: /*sid=', '/a/b?c=1&sid=2', false],
  ['an end mark is bound to the end', 'Disallow: /*.php$', '/a.php', false],
  ['an end mark does not match before the query', 'Disallow: /*.php$', '/a.php?b', true],
  ['an end mark needs the last of several', 'Disallow: /*a$', '/a-b-a', false],
  ['the last part must not overlap others', 'Disallow: /ab*ba$', '/aba', true],
  ['an end mark after a star', 'Disallow: /a*$', '/abc', false],
  ['an exact path', 'Disallow: /a$', '/ab', true],
  ['a dollar in the middle stands for itself', 'Disallow: /a$b', '/a$b', false],
  ['a dollar in the middle is no end', 'Disallow: /a$b', '/a', true],
  ['two dollars: the first stands for itself', 'Disallow: /a$$', '/a$', false],
  ['an escaped star stands for itself', 'Disallow: /a%2Ab', '/a*b', false],
  ['an escaped star is no wildcard', 'Disallow: /a%2Ab', '/axb', true],
  ['an escaped dollar stands for itself', 'Disallow: /a%24', '/a$b', false],

  ['unescaped UTF-8 in a rule', 'Disallow: /bücher', '/b%C3%BCcher', false],
  ['unescaped UTF-8 in both', 'Disallow: /ツ', '/ツ', false],
  ['characters beyond the basic plane', 'Disallow: /😀', '/%F0%9F%98%80', false],
  ['escapes in lower case', 'Disallow: /b%c3%bccher', '/b%C3%BCcher', false],
  ['escaped letters in a rule', 'Disallow: /%62%61%7A', '/baz', false],
  ['escaped letters in a URL', 'Disallow: /baz', '/%62%61%7a', false],
  ['an escaped tilde', 'Disallow: /%7Ejoe', '/~joe', false],
  ['an escaped slash is no slash', 'Disallow: /a/b', '/a%2Fb', true],
  ['an escaped slash is one in another case', 'Disallow: /a%2fb', '/a%2Fb', false],
  ['an address in a query, encoded by the URL', 'Disallow: /?u=https://a.b', '/?u=https%3A%2F%2Fa.b', false],
  ['an address in a query, encoded by the rule', 'Disallow: /?u=https%3A%2F%2Fa.b', '/?u=https://a.b', false],
  ['an escaped ampersand in a query is none', 'Disallow: /?a&b', '/?a%26b', true],
  ['spaces in a rule', 'Disallow: /a b', '/a%20b', false],
  ['quotes and brackets in a rule', 'Disallow: /"{a}|', '/%22%7Ba%7D|', false],
  ['an apostrophe in a query', "Disallow: /?q='a'", "/?q='a'", false],
  ['a percent sign that escapes nothing', 'Disallow: /100%', '/100%', false],
  ['a lone surrogate', 'Disallow: /\ud800', '/\ud800', false],

  ['the index file stands for its folder', 'Disallow: /\nAllow: /a/index.html', '/a/', true],
  ['and nothing else in it', 'Disallow: /\nAllow: /a/index.html', '/a/b', false],
  ['an index file that is disallowed does not', 'Disallow: /a/index.html', '/a/', true],
]

test.each(paths)('paths: %s', (_name, text, path, allowed) => {
  expect(decide(ALL + text, path).allowed).toBe(allowed)
})

const lines: Case[] = [
  ['CRLF', 'User-agent: Foo\r\nDisallow: /a\r\n', '/a', false],
  ['CR only', 'User-agent: Foo\rDisallow: /a\r', '/a', false],
  ['mixed line ends', 'User-agent: Foo\r\nDisallow: /a\rDisallow: /b\nDisallow: /c', '/c', false],
  ['no line end at the end', 'User-agent: Foo\nDisallow: /a', '/a', false],
  ['a byte order mark', '\uFEFFUser-agent: Foo\nDisallow: /a', '/a', false],
  ['white space everywhere', '  User-agent \t:\t Foo \n\t Disallow : /a \t', '/a', false],
  ['no white space', 'User-agent:Foo\nDisallow:/a', '/a', false],
  ['names in any case', 'uSER-AGENT: Foo\nDISALLOW: /a', '/a', false],
  ['comments', '# all\nUser-agent: Foo # me\nDisallow: /a# not this', '/a', false],
  ['a path that is commented out', 'User-agent: Foo\nDisallow: #/a', '/a', true],
  ['missing colons', 'User-agent Foo\nDisallow /a', '/a', false],
  ['a missing colon with more than two words', 'User-agent: Foo\nDisallow /a /b', '/a', true],
  ['misspelled names', 'Useragent: Foo\nDissallow: /a', '/a', false],
  ['lines that are no rules', 'User-agent: Foo\n<p>: x\nnonsense\n:\nDisallow: /a', '/a', false],
  ['rules before any group', 'Disallow: /a\nUser-agent: Foo\nDisallow: /b', '/a', true],
  ['nothing at all', '', '/a', true],
  ['names of properties of objects', 'constructor: Foo\n__proto__: x\nUser-agent: Foo\nDisallow: /a', '/a', false],
]

test.each(lines)('lines: %s', (_name, text, path, allowed) => {
  expect(decide(text, path).allowed).toBe(allowed)
})

type GroupCase = [name: string, text: string, token: string, allowed: boolean]

/** Each asks for `/a`. */
const groups: GroupCase[] = [
  ['the own group', 'User-agent: Foo\nDisallow: /a', 'Foo', false],
  ['another group', 'User-agent: Bar\nDisallow: /a', 'Foo', true],
  ['names in any case', 'User-agent: fOO\nDisallow: /a', 'Foo', false],
  ['a name with a version', 'User-agent: Foo/1.0\nDisallow: /a', 'Foo', false],
  ['a name with further words', 'User-agent: Foo Bar\nDisallow: /a', 'Foo', false],
  ['the further words are no names', 'User-agent: Foo Bar\nDisallow: /a', 'Bar', true],
  ['a name is not the beginning of another', 'User-agent: Foo-News\nDisallow: /a', 'Foo', true],
  ['nor does another begin with it', 'User-agent: Foo\nDisallow: /a', 'Foo-News', true],
  ['everyone', 'User-agent: *\nDisallow: /a', 'Foo', false],
  ['everyone, with further words', 'User-agent: * all\nDisallow: /a', 'Foo', false],
  ['a star before a name is not everyone', 'User-agent: *Bar\nDisallow: /a', 'Foo', true],
  [
    'the own group replaces that of everyone',
    'User-agent: *\nDisallow: /a\nUser-agent: Foo\nDisallow: /b',
    'Foo',
    true,
  ],
  ['even without any rule', 'User-agent: *\nDisallow: /a\nUser-agent: Foo', 'Foo', true],
  ['several names', 'User-agent: Foo\nUser-agent: Bar\nDisallow: /a', 'Foo', false],
  ['several names, the last', 'User-agent: Foo\nUser-agent: Bar\nDisallow: /a', 'Bar', false],
  ['everyone among the names', 'User-agent: Bar\nUser-agent: *\nDisallow: /a', 'Foo', false],
  ['groups are merged', 'User-agent: Foo\nDisallow: /b\n\nUser-agent: Foo\nDisallow: /a', 'Foo', false],
  ['groups of everyone are merged', 'User-agent: *\nDisallow: /b\nUser-agent: *\nDisallow: /a', 'Foo', false],
  [
    'merged groups with another between',
    'User-agent: Foo\nAllow: /\nUser-agent: Bar\nAllow: /\nUser-agent: foo\nDisallow: /a',
    'Foo',
    false,
  ],
  ['blank lines do not end a group', 'User-agent: Foo\n\n\nDisallow: /a', 'Foo', false],
  ['nor do comments', 'User-agent: Foo\n# x\nDisallow: /a', 'Foo', false],
  ['nor does a sitemap', 'User-agent: Foo\nSitemap: https://a.b/s.xml\nDisallow: /a', 'Foo', false],
  [
    'a sitemap does not separate names',
    'User-agent: Foo\nSitemap: https://a.b/s.xml\nUser-agent: Bar\nDisallow: /a',
    'Foo',
    false,
  ],
  ['nor does a delay', 'User-agent: Foo\nCrawl-delay: 1\nUser-agent: Bar\nDisallow: /a', 'Foo', false],
  ['nor does an unknown line', 'User-agent: Foo\nHost: a.b\nUser-agent: Bar\nDisallow: /a', 'Foo', false],
  ['an empty rule ends the names', 'User-agent: Foo\nDisallow:\nUser-agent: Bar\nDisallow: /a', 'Foo', true],
  [
    'a group of nobody takes its rules away',
    'User-agent: Foo\nDisallow: /b\nUser-agent: 404\nDisallow: /a',
    'Foo',
    true,
  ],
  ['a crawler without a name', 'User-agent: Foo\nDisallow: /\nUser-agent: 1\nDisallow: /a', '', true],
  ['a crawler without a name is one of everyone', 'User-agent: *\nDisallow: /a', '', false],
]

test.each(groups)('groups: %s', (_name, text, token, allowed) => {
  expect(decide(text, '/a', token).allowed).toBe(allowed)
})

test('the rule that decided is shown as written, with its line', () => {
  const text = '\uFEFF# mine\r\nuser-agent: *\r\nallow :/a/b # good\r\nDisallow:   /a\r\n'
  expect(decide(text, '/a/b')).toEqual({ allowed: true, rule: 'allow :/a/b', line: 3 })
  expect(decide(text, '/a/c')).toEqual({ allowed: false, rule: 'Disallow:   /a', line: 4 })
  expect(decide(text, '/b')).toEqual({ allowed: true, rule: null, line: null })
})

test('patterns that would take a backtracking matcher for ever are decided', () => {
  const text = `${ALL}Disallow: /${'*a'.repeat(5_000)}*b$\nAllow: /${'a*'.repeat(5_000)}b`
  expect(decide(text, `/${'a'.repeat(100_000)}`)).toMatchObject({ allowed: true, rule: null })
  expect(decide(text, `/${'a'.repeat(100_000)}b`)).toMatchObject({ allowed: false })
})
