import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, readConfig } from '../../src/config'

const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(match => match[1] ?? '').sort()

test.each([
  [undefined, ['private']],
  ['', []],
  [' ', []],
  ['none', []],
  ['private', ['private']],
  ['10.0.0.0/8, 192.168.1.1', ['10.0.0.0/8', '192.168.1.1']],
])('OUTBOUND_ALLOW=%j on a first run allows %j', (given, allowed) => {
  expect(readConfig({ OUTBOUND_ALLOW: given }).config.outboundAllow).toEqual(allowed)
})

test.each(['none,private', 'all', '10.0.0.0/33'])('OUTBOUND_ALLOW=%s is refused', given => {
  expect(() => readConfig({ OUTBOUND_ALLOW: given })).toThrow(/OUTBOUND_ALLOW: must be "none"/)
})

test('other settings count as unset if they are empty', () => {
  expect(readConfig({ PORT: '', PUBLIC_URL: '' }).config.port).toBe(8080)
})

test('.env.example has every setting with a valid value', async () => {
  const source = await readFile(join(ROOT, 'src/config.ts'), 'utf8')
  const example = await readFile(join(ROOT, '.env.example'), 'utf8')
  const settings = namesIn(source, /^ {2}([A-Z][A-Z_]+):/gm).filter(name => name !== 'PATH')
  expect(namesIn(example, /^# ([A-Z_]+)=/gm)).toEqual(settings)
  const shown = [...example.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(match => [match[1], match[2]])
  expect(() => readConfig(Object.fromEntries(shown))).not.toThrow()
})
