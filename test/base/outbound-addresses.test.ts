import fc from 'fast-check'
import { createAddressCheck, isAllowance } from '../../src/base/addresses'
import { readConfig } from '../../src/config'

const strict = createAddressCheck([])
const home = createAddressCheck(['private'])
const everything = createAddressCheck(['0.0.0.0/0', '::/0', 'private'])

const octet = fc.integer({ min: 0, max: 255 })
const address = fc.tuple(octet, octet, octet, octet)
const hex = (value: number) => value.toString(16).padStart(2, '0')
const groups = ([a, b, c, d]: number[]) => `${hex(a ?? 0)}${hex(b ?? 0)}:${hex(c ?? 0)}${hex(d ?? 0)}`

/** Addresses of all ranges that are not the public internet (IANA special-purpose registries). */
const banned = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(0), fc.constantFrom(0, 2), octet),
  fc.tuple(fc.constant(198), fc.constantFrom(18, 19), octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
)

describe('allowed addresses', () => {
  test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is public',
    text => {
      expect(strict(text)).toBeUndefined()
    },
  )

  test.each([
    ...[
      '127.0.0.1',
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '172.31.255.255',
      '192.0.0.8',
      '198.19.0.1',
      '255.255.255.255',
    ],
    ...['::', '::1', 'fc00::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', 'fec0::1', '2001:db8::1', '4000::1'],
    ...['::7f00:1', '::ffff:127.0.0.1', '::ffff:0:7f00:1', '64:ff9b::a00:1', '64:ff9b:1::8.8.8.8', '2002:808:808::1'],
    ...['2001:0:1:2::1', 'localhost', '', '1.2.3.4.5'],
  ])('%s is not', text => {
    expect(strict(text)).toEqual(expect.any(String))
  })

  test('a blocked address is refused in any notation, in a URL or inside an IPv6 address', () => {
    fc.assert(
      fc.property(banned, parts => {
        const [a, b, c, d] = parts
        const number = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
        const literals = [
          parts.join('.'),
          `${parts.join('.')}.`,
          String(number),
          `0x${number.toString(16)}`,
          `0${number.toString(8)}`,
          parts.map(part => `0${part.toString(8)}`).join('.'),
          parts.map(part => `0x${part.toString(16)}`).join('.'),
          `${a}.${b}.${c * 256 + d}`,
          parts.join('。'), // URLs treat full-width dots as dots
        ].map(literal => new URL(`http://${literal}/`).hostname)
        const inside = [
          `::ffff:${groups(parts)}`,
          `64:ff9b::${groups(parts)}`,
          `2002:${groups(parts)}::1`,
          `::${groups(parts)}`,
        ]
        for (const text of [...literals, ...inside]) expect([text, strict(text)]).toEqual([text, expect.any(String)])
      }),
    )
  })

  /** Without the address that is actually reached. */
  const unnamed = (reason: string | undefined) => reason?.replace(/^leads to \S+, which /, '')

  test('a mapped address is checked as its IPv4 address', () => {
    fc.assert(
      fc.property(address, parts => {
        for (const judge of [strict, home, everything]) {
          const plain = judge(parts.join('.'))
          expect(unnamed(judge(`::ffff:${parts.join('.')}`))).toBe(plain)
          expect(unnamed(judge(`::ffff:${groups(parts)}`))).toBe(plain)
        }
      }),
    )
  })

  test('any text gets a result', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), text =>
        ['undefined', 'string'].includes(typeof strict(text)),
      ),
    )
  })
})

describe('OUTBOUND_ALLOW', () => {
  test('`private` is loopback and private ranges, not link-local or shared space', () => {
    for (const text of [
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      'fd12::1',
      '::ffff:10.0.0.1',
    ]) {
      expect([text, home(text)]).toEqual([text, undefined])
    }
    for (const text of [
      '169.254.1.1',
      'fe80::1',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '2002:a00:1::',
      '64:ff9b::a00:1',
    ]) {
      expect([text, home(text)]).toEqual([text, expect.any(String)])
    }
  })

  test('a CIDR allows its addresses and no others', () => {
    const judge = createAddressCheck(['10.1.0.0/16', 'fd00:1::/32', '192.168.7.7'])
    for (const text of ['10.1.255.255', '::ffff:10.1.0.1', 'fd00:1::9', '192.168.7.7'])
      expect(judge(text)).toBeUndefined()
    for (const text of ['10.2.0.0', 'fd00:2::9', '192.168.7.8', '127.0.0.1'])
      expect(judge(text)).toEqual(expect.any(String))
  })

  test('cloud metadata is never reached, whatever is allowed and however it is written', () => {
    const metadata = [
      [169, 254, 169, 254],
      [100, 100, 100, 200],
      [169, 254, 170, 2],
      [168, 63, 129, 16],
    ]
    for (const parts of metadata) {
      const inverted = groups(parts.map(part => part ^ 0xff))
      const [a = 0, b = 0, c = 0, d = 0] = parts
      const forms = [
        parts.join('.'),
        ...['::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2001:db8:64::'].map(
          prefix => prefix + groups(parts),
        ),
        `2002:${groups(parts)}::1`,
        `64:ff9b:1:${hex(a)}${hex(b)}:${hex(c)}:${hex(d)}00::`, // RFC 6052 section 2.2, prefix of 48 bits
        `2001:0:1:2:3:4:${inverted}`, // Teredo
      ]
      for (const text of forms) expect([text, everything(text)]).toEqual([text, expect.stringContaining('metadata')])
    }
    for (const text of ['fd00:ec2::254', 'fd20:ce::254', 'fe80::a9fe:a9fe']) {
      expect(everything(text)).toContain('metadata')
    }
    expect(everything('169.254.1.1')).toBeUndefined()
  })

  test('an invalid entry prevents the start and is named', () => {
    for (const wrong of [
      '10.0.0.0/33',
      '10.0/8',
      '::1/129',
      'privat',
      '10.0.0.0/8/8',
      '010.0.0.1',
      '10.0.0.0/-1',
      '1.2.3.4/',
    ]) {
      expect([wrong, isAllowance(wrong)]).toEqual([wrong, false])
      expect(() => createAddressCheck([wrong])).toThrow(wrong)
      expect(() => readConfig({ OUTBOUND_ALLOW: `private,${wrong}` })).toThrow('OUTBOUND_ALLOW')
    }
    expect(readConfig({ OUTBOUND_ALLOW: ' private, 10.0.0.0/8 ,' }).config.outboundAllow).toEqual([
      'private',
      '10.0.0.0/8',
    ])
  })
})
