import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readKeys, Sealer } from '../../src/base/sealed'
import { readConfig } from '../../src/config'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-sealed-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const newKey = () => randomBytes(32)
const purpose = 'receiver/1'

test('a secret opens with its key, for its purpose and unchanged, and in no other way', () => {
  const sealer = new Sealer([newKey()], folder)
  const sealed = sealer.seal('pässword', purpose)
  expect(sealed).not.toContain('pässword')
  expect(sealer.open(sealed, purpose)).toBe('pässword')
  expect(sealer.seal('pässword', purpose)).not.toBe(sealed)
  expect(sealer.open(sealed, 'receiver/2')).toBeUndefined()
  expect(new Sealer([newKey()], folder).open(sealed, purpose)).toBeUndefined()
  for (let i = 0; i < sealed.length; i++) {
    const changed = `${sealed.slice(0, i)}${sealed[i] === 'A' ? 'B' : 'A'}${sealed.slice(i + 1)}`
    // the last character of base64 has bits that mean nothing
    if (i < sealed.length - 1) expect(sealer.open(changed, purpose)).toBeUndefined()
    expect(sealer.open(sealed.slice(0, i), purpose)).toBeUndefined()
  }
})

test('keys can be rotated: the first seals, all open', () => {
  const [old, fresh] = [newKey(), newKey()]
  const sealed = new Sealer([old], folder).seal('x', purpose)
  const both = new Sealer([fresh, old], folder)
  expect(both.open(sealed, purpose)).toBe('x')
  expect(both.isOutdated(sealed)).toBe(true)
  const again = both.seal('x', purpose)
  expect(both.isOutdated(again)).toBe(false)
  expect(new Sealer([fresh], folder).open(again, purpose)).toBe('x')
})

test('without a given key the first secret makes a file that only its owner can read, and all use it', async () => {
  const dataDir = join(folder, 'data')
  const first = new Sealer([], dataDir)
  const second = new Sealer([], dataDir)
  expect(second.open('v1.00000000.AAAA', purpose)).toBeUndefined()
  const sealed = first.seal('x', purpose)
  expect(await readdir(dataDir)).toEqual(['secrets-key'])
  expect((await stat(join(dataDir, 'secrets-key'))).mode & 0o777).toBe(0o600)
  expect(second.open(sealed, purpose)).toBe('x')
  expect(new Sealer([], dataDir).open(second.seal('y', purpose), purpose)).toBe('y')
})

test('a file that is no key is not overwritten', async () => {
  await writeFile(join(folder, 'secrets-key'), 'short')
  await chmod(join(folder, 'secrets-key'), 0o600)
  expect(() => new Sealer([], folder).seal('x', purpose)).toThrow('is not a key of 32 bytes')
})

test('SECRETS_KEY takes hex and base64, and a bad one is named without being shown', () => {
  const [a, b, c] = [newKey(), newKey(), newKey()]
  const text = `${a.toString('hex')}, ${b.toString('base64')},${c.toString('base64url')}`
  expect(readKeys(text)).toEqual([a, b, c])
  expect(readConfig({ SECRETS_KEY: text }).secrets.sealingKeys).toEqual([a, b, c])
  expect(() => readConfig({ SECRETS_KEY: `${a.toString('hex')},hunter2` })).toThrow(
    /SECRETS_KEY: key 2 must be 32 bytes/,
  )
  expect(() => readConfig({ SECRETS_KEY: 'hunter2' })).not.toThrow(/hunter2/)
})
