import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readArguments } from '../../../load/fleet/arguments'
import { Fleet } from '../../../load/fleet/fleet'
import { makeSecret } from '../../../load/fleet/secret'
import { eventually } from '../../support/programs'
import { ScriptedServer } from './scripted-server'

describe('the arguments of simulate:fleet', () => {
  test('have good defaults', () => {
    expect(readArguments([])).toMatchObject({
      ...{ hosts: 100, url: 'http://127.0.0.1:8080', secret: undefined, seconds: undefined },
      behavior: { noRows: 0, errors: 0, silent: 0, offline: 0, delayMs: [0, 0], logShape: 'configured' },
    })
  })

  test('default to the server of npm start', () => {
    expect(readArguments([], { PORT: '9000' })).toMatchObject({ url: 'http://127.0.0.1:9000' })
  })

  test('set the behavior of agents', () => {
    const given =
      '--hosts 7 --url https://fleet.example/ --delay 50-500 --errors 0.05 --silent 1 --rows 9 --log-shape mixed'
    expect(readArguments(given.split(' '))).toMatchObject({
      ...{ hosts: 7, url: 'https://fleet.example' },
      behavior: { delayMs: [50, 500], errors: 0.05, silent: 1, rows: 9, logShape: 'mixed' },
    })
  })

  test('ask for help', () => {
    expect(readArguments(['--help'])).toBeUndefined()
  })

  test.each([
    ['--hosts 0', '--hosts must be a number from 1 to 20000.'],
    ['--hosts 1.5', '--hosts must be a whole number.'],
    ['--errors 5', '--errors must be a number from 0 to 1.'],
    ['--delay 500-50', '--delay must be a range in ms, such as 50-500.'],
    ['--url ftp://x', '--url must be a URL such as http://127.0.0.1:8080.'],
    ['--log-shape round', '--log-shape must be one of configured, event, batch, snapshot-event, mixed.'],
    ['--nope', '--help lists all options.'],
  ])('%s is refused', (given, message) => {
    expect(() => readArguments(given.split(' '))).toThrow(message)
  })
})

describe('an enroll secret', () => {
  let server: ScriptedServer
  let url: string
  let folder: string

  beforeEach(async () => {
    server = new ScriptedServer()
    url = await server.listen()
    folder = await mkdtemp(join(tmpdir(), 'tailrace-test-'))
  })

  afterEach(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  test('is created with the token in the data folder of the server', async () => {
    await writeFile(join(folder, 'admin-token'), 'the-token\n')
    const asked = server.next('/api/enroll-secrets')
    const secret = makeSecret(url, { DATA_DIR: folder })
    const { headers, reply } = await asked
    expect(headers.authorization).toBe('Bearer the-token')
    reply('{"id":"1","secret":"s3cret"}', 201)
    expect((await secret).text).toBe('s3cret')
    const taken = server.next('/api/enroll-secrets/1')
    const revoked = (await secret).revoke()
    ;(await taken).reply('', 204)
    await revoked
    expect((await taken).headers.authorization).toBe('Bearer the-token')
    await server.close()
    await (await secret).revoke() // the server is gone
    server = new ScriptedServer()
    await server.listen()
  })

  test('requires a token that may create one', async () => {
    await expect(makeSecret(url, { DATA_DIR: folder })).rejects.toThrow('Start the server first (npm start)')
    server.always['/api/enroll-secrets'] = ''
    await expect(makeSecret(url, { TAILRACE_TOKEN: 'x' })).rejects.toThrow('did not return an enroll secret (200)')
    delete server.always['/api/enroll-secrets']
    const asked = server.next('/api/enroll-secrets')
    const refused = makeSecret(url, { TAILRACE_TOKEN: 'x' })
    ;(await asked).reply('{}', 403)
    await expect(refused).rejects.toThrow('may not create enroll secrets')
  })

  test('explains what to do if there is no server', async () => {
    await server.close()
    await expect(makeSecret(url, { TAILRACE_TOKEN: 'x' })).rejects.toThrow('Start it with npm start')
    server = new ScriptedServer()
    await server.listen()
  })

  test('enrolls all hosts of a fleet', async () => {
    const fleet = new Fleet({ url, secret: 's3cret', hosts: 3, seed: 'test' })
    fleet.start()
    const reads = await Promise.all([1, 2, 3].map(() => server.next('distributed_read')))
    expect(reads).toHaveLength(3)
    expect(fleet.tally).toMatchObject({ enrolled: 3, heldReads: 3 })
    reads[0]?.reply('{"queries":{"q":"select * from os_version"}}')
    ;(await server.next('distributed_write')).reply('{}')
    await eventually(() => fleet.tally.answered === 1, 'the answer is accepted')
    await fleet.stop()
    expect(fleet.tally).toMatchObject({ rows: 1, failures: 0 })
  })
})
