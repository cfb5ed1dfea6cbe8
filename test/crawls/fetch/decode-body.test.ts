import { encode } from 'iconv-lite'
import { charsetOf } from '../../../src/crawls/fetch/charset'
import { decodeBody } from '../../../src/crawls/fetch/decode-body'
import { prescan } from '../../../src/crawls/fetch/prescan'

const bytes = (...values: (number | string)[]) =>
  Buffer.concat(values.map(value => (typeof value === 'string' ? Buffer.from(value) : Buffer.from([value]))))
const HTML = 'text/html'
const JAPANESE = 'これはひらがなの文です。'

// Expected results are those of browsers (Encoding Standard, HTML Standard).
test.each<[string, Buffer, string | null, string, string, string]>([
  [
    'a mark beats everything',
    bytes(0xef, 0xbb, 0xbf, '<meta charset=koi8-r>ä'),
    'text/html; charset=latin1',
    'utf-8',
    'bom',
    '<meta charset=koi8-r>ä',
  ],
  ['a mark of UTF-16 LE', bytes(0xff, 0xfe, 0x41, 0, 0xe4, 0), HTML, 'utf-16le', 'bom', 'Aä'],
  ['a mark of UTF-16 BE', bytes(0xfe, 0xff, 0, 0x41, 0, 0xe4), 'text/html; charset=utf-8', 'utf-16be', 'bom', 'Aä'],
  [
    'the header beats the document',
    bytes('<meta charset=koi8-r>', 0xe4),
    'text/html; charset=latin1',
    'windows-1252',
    'header',
    '<meta charset=koi8-r>ä',
  ],
  ['a header in quotes', bytes(0xa4), 'text/html;Charset="ISO-8859-15"', 'iso-8859-15', 'header', '€'],
  [
    'an unknown header',
    bytes('<meta charset=koi8-r>', 0xc1),
    'text/html; charset=none',
    'koi8-r',
    'meta',
    '<meta charset=koi8-r>а',
  ],
  [
    'UTF-8 by the header, with invalid bytes',
    bytes('a', 0xff, 'b', 0xe2, 0x82),
    'text/html; charset=utf-8',
    'utf-8',
    'header',
    'a\ufffdb\ufffd',
  ],
  [
    'windows-1252: 0x92 is a quotation mark',
    bytes(0x80, 0x92, 0x81),
    'text/html; charset=iso-8859-1',
    'windows-1252',
    'header',
    '€’\x81',
  ],
  ['windows-1251', encode('Привет', 'windows-1251'), 'text/html; charset=cp1251', 'windows-1251', 'header', 'Привет'],
  [
    'windows-1253: unassigned bytes',
    bytes(0x88, 0xaa),
    'text/html; charset=windows-1253',
    'windows-1253',
    'header',
    '\x88\ufffd',
  ],
  ['macintosh', bytes(0xdb, 0xbd), 'text/html; charset=macintosh', 'macintosh', 'header', '€Ω'],
  ['x-mac-cyrillic', bytes(0xff), 'text/html; charset=x-mac-ukrainian', 'x-mac-cyrillic', 'header', '€'],
  ['ibm866', bytes(0x80), 'text/html; charset=cp866', 'ibm866', 'header', 'А'],
  ['iso-8859-8-i', bytes(0xe0), 'text/html; charset=logical', 'iso-8859-8-i', 'header', 'א'],
  ['iso-8859-16', bytes(0xa4, 0xaa), 'text/html; charset=iso-8859-16', 'iso-8859-16', 'header', '€Ș'],
  [
    'x-user-defined',
    bytes('a', 0x80, 0xff),
    'text/plain; charset=x-user-defined',
    'x-user-defined',
    'header',
    'a\uf780\uf7ff',
  ],
  ['windows-874', bytes(0xa1), 'text/html; charset=tis-620', 'windows-874', 'header', 'ก'],
  ['euc-kr, an extended pair', bytes(0x92, 0x41), 'text/html; charset=euc-kr', 'euc-kr', 'header', '묨'],
  [
    'Shift_JIS with the extensions of Windows',
    bytes(0x87, 0x40, 0xb1),
    'text/html; charset=x-sjis',
    'shift_jis',
    'header',
    '①ｱ',
  ],
  [
    'Shift_JIS: an invalid pair does not swallow a tag',
    bytes(0x81, '<b>'),
    'text/html; charset=shift_jis',
    'shift_jis',
    'header',
    '\ufffd<b>',
  ],
  ['euc-jp with three bytes', bytes(0x8f, 0xb0, 0xa1), 'text/html; charset=x-euc-jp', 'euc-jp', 'header', '丂'],
  ['iso-2022-jp', bytes(0x1b, '$B$"', 0x1b, '(B!'), 'text/html; charset=iso-2022-jp', 'iso-2022-jp', 'header', 'あ!'],
  ['gb2312 is gbk, with the euro', bytes(0x80, 0xc4, 0xe3), 'text/html; charset=gb2312', 'gbk', 'header', '€你'],
  ['gb18030 with four bytes', bytes(0x81, 0x30, 0x81, 0x30), 'text/html; charset=gb18030', 'gb18030', 'header', '\x80'],
  [
    'big5 with the additions of Hong Kong',
    bytes(0xa7, 0x41, 0x87, 0x40),
    'text/html; charset=big5',
    'big5',
    'header',
    '你䏰',
  ],
  ['hz-gb-2312 is not decoded', bytes('~{<:Ky~}'), 'text/html; charset=hz-gb-2312', 'replacement', 'header', '\ufffd'],
  [
    'a meta element with a pragma',
    bytes('<meta http-equiv=Content-Type content="text/html; charset=koi8-r">', 0xc1),
    HTML,
    'koi8-r',
    'meta',
    '<meta http-equiv=Content-Type content="text/html; charset=koi8-r">а',
  ],
  [
    'an XML declaration',
    bytes('<?xml version="1.0" encoding="koi8-r"?>', 0xc1),
    'application/xml',
    'koi8-r',
    'xml',
    '<?xml version="1.0" encoding="koi8-r"?>а',
  ],
  ['an XML declaration in UTF-16', Buffer.from('<?xml ä', 'utf16le'), 'text/xml', 'utf-16le', 'xml', '<?xml ä'],
  [
    'plain text does not name itself',
    bytes('<meta charset=koi8-r>', 0xe4),
    'text/plain',
    'windows-1252',
    'default',
    '<meta charset=koi8-r>ä',
  ],
  ['without a name: valid UTF-8', bytes('ä€😀'), HTML, 'utf-8', 'content', 'ä€😀'],
  ['without a name: UTF-8 that was cut', bytes('ä', 0xf0, 0x9f, 0x98), null, 'utf-8', 'content', 'ä\ufffd'],
  ['without a name: ASCII', bytes('plain'), null, 'utf-8', 'content', 'plain'],
  [
    'without a name: Western text',
    bytes('caf', 0xe9, ' ', 0x93, 'x', 0x94),
    HTML,
    'windows-1252',
    'default',
    'café “x”',
  ],
  ['without a name: Shift_JIS', encode(JAPANESE, 'shift_jis'), HTML, 'shift_jis', 'content', JAPANESE],
  ['without a name: EUC-JP', encode(JAPANESE, 'euc-jp'), HTML, 'euc-jp', 'content', JAPANESE],
  ['without a name: ISO-2022-JP', bytes(0x1b, '$B$"', 0x1b, '(B!'), null, 'iso-2022-jp', 'content', 'あ!'],
  [
    'without a name: Chinese is not taken for Japanese',
    encode('你好，世界。这是一个测试', 'gbk'),
    HTML,
    'windows-1252',
    'default',
    encode('你好，世界。这是一个测试', 'gbk').toString('latin1'),
  ],
  ['nothing', bytes(), null, 'utf-8', 'content', ''],
])('%s', (_name, body, contentType, charset, source, text) => {
  expect(decodeBody(body, contentType)).toEqual({ charset, source, text })
})

test.each<[string, string | undefined]>([
  ['<meta charset="utf-8">', 'utf-8'],
  ["<META CharSet = 'KOI8-R' />", 'koi8-r'],
  ['<meta/charset=koi8-r>', 'koi8-r'],
  ['<metadata charset=koi8-r>', undefined],
  ['<!-- <meta charset=koi8-r> --><meta charset=big5>', 'big5'],
  ['<!--><meta charset=big5>', 'big5'],
  ['<a title="<meta charset=koi8-r>"><meta charset=big5>', 'big5'],
  ['<!DOCTYPE html><?php x ?></ ><meta charset=big5>', 'big5'],
  ['<meta charset=none><meta charset=big5>', 'big5'],
  ['<meta name=a charset=big5 charset=koi8-r>', 'big5'],
  ['<meta content="text/html; charset=big5">', undefined],
  ['<meta content="charset charset = \'big5\'" http-equiv=content-type>', 'big5'],
  ['<meta content="charset=koi8-r" charset=big5>', 'big5'],
  ['<meta charset=utf-16>', 'utf-8'],
  ['<meta charset=x-user-defined>', 'windows-1252'],
  ["<?xml version='1.0' encoding = 'big5'?>", 'big5'],
  ['<?xml encoding="koi8-r"?><meta charset=big5>', 'big5'],
  [' <?xml encoding="koi8-r"?>', undefined],
  ['<?xml encoding="utf-16"?>', 'utf-8'],
  ['<', undefined],
  ['<meta ', undefined],
  ['<meta charset="big5', undefined],
])('%s names %s', (text, charset) => {
  expect(prescan(Buffer.from(text))?.charset).toBe(charset)
})

test('only the first 1,024 bytes count', () => {
  const meta = '<meta charset=big5>'
  const after = (length: number) => prescan(Buffer.from('x'.repeat(length - meta.length) + meta))?.charset
  expect([after(1_024), after(1_025)]).toEqual(['big5', undefined])
})

test.each([
  ['  UTF8 ', 'utf-8'],
  ['ascii', 'windows-1252'],
  ['ks_c_5601-1987', 'euc-kr'],
  ['iso-2022-kr', 'replacement'],
  ['utf-7', undefined],
  ['', undefined],
])('the label %j is %s', (label, charset) => {
  expect(charsetOf(label)).toBe(charset)
})
