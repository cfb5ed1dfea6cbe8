import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, readConfig } from '../../src/config'

const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(match => match[1] ?? '').sort()

test('.env.example names every setting, and the values it shows are valid', async () => {
  const source = await readFile(join(ROOT, 'src/config.ts'), 'utf8')
  const example = await readFile(join(ROOT, '.env.example'), 'utf8')
  const settings = namesIn(source, /^ {2}([A-Z][A-Z_]+):/gm).filter(name => name !== 'PATH')
  expect(namesIn(example, /^# ([A-Z_]+)=/gm)).toEqual(settings)
  const shown = [...example.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(match => [match[1], match[2]])
  expect(() => readConfig(Object.fromEntries(shown))).not.toThrow()
})
