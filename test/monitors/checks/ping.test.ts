import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '../../support/programs'
import { down, faultsOf, run } from './run'

const searchPath = process.env.PATH
let folder = ''
let canPing = false

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-ping-'))
  canPing = await promisify(execFile)('ping', ['-n', '-c', '1', '127.0.0.1']).then(
    () => true,
    error => {
      process.stderr.write(`Without a real ping: ${error.message}\n`)
      return false
    },
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Puts a program of this name on a path of its own, which keeps its arguments and its environment. */
async function fake(script: string, name = 'ping'): Promise<string> {
  const home = await mkdtemp(join(folder, 'bin-'))
  const record = `printf '%s\\n' "$*" >"${home}/arguments"\nexport -p >"${home}/environment"\n`
  await writeFile(join(home, name), `#!/bin/sh\n${record}${script}\n`, { mode: 0o755 })
  return home
}

const summary = (sent: number, received: number, times = '1.5/2.5/3.5') =>
  `echo '${sent} packets transmitted, ${received} received, whatever'\n${received ? `echo 'rtt min/avg/max/mdev = ${times}/0 ms'` : ''}`

describe('the real program', () => {
  test.each(['127.0.0.1', 'localhost'])('reaches %s', async target => {
    if (!canPing) return
    const { outcome, steps, logged } = await run('ping', target, { packets: 3, ip_family: '4' }, { searchPath })
    expect(outcome).toMatchObject({
      status: 'up',
      details: { address: '127.0.0.1', packets: 3, received: 3, loss_percent: 0 },
      phases_ms: { dns: expect.any(Number), connect: null, first_byte: expect.any(Number) },
    })
    const { min_ms, avg_ms, max_ms } = outcome.details as Record<string, number>
    expect(min_ms).toBeLessThanOrEqual(avg_ms as number)
    expect(avg_ms).toBeLessThanOrEqual(max_ms as number)
    expect(outcome.latency_ms).toBe(avg_ms)
    expect(outcome.phases_ms.first_byte).toBe(avg_ms)
    expect(steps).toEqual(['dns', 'first byte'])
    expect(logged.at(-1)?.message).toMatch(/^up: 3 of 3 packets came back/)
  })

  test('reaches an IPv6 address', async () => {
    if (!canPing) return
    const { outcome } = await run('ping', '[::1]', {}, { searchPath })
    expect(outcome).toMatchObject({ status: 'up', details: { address: '::1' } })
  })

  test('is found without a path of its own', async () => {
    if (!canPing) return
    expect((await run('ping', '127.0.0.1', {})).outcome.status).toBe('up')
  })
})

test('the program gets fixed arguments, the address that was checked, and no environment but PATH and the language', async () => {
  const home = await fake(summary(3, 3))
  process.env.SECRET_OF_TEST = 'secret'
  const lookup = async () => [{ address: '127.0.0.5' }]
  const surroundings = { searchPath: home, lookup, timeoutMs: 9_500 }
  const { outcome } = await run('ping', 'host.example', { packets: 3 }, surroundings)
  delete process.env.SECRET_OF_TEST
  expect(outcome).toMatchObject({ status: 'up', latency_ms: 2.5, details: { min_ms: 1.5, avg_ms: 2.5, max_ms: 3.5 } })
  expect(await readFile(join(home, 'arguments'), 'utf8')).toBe('-n -c 3 -i 0.2 -W 10 127.0.0.5\n')
  const environment = await readFile(join(home, 'environment'), 'utf8')
  expect(environment).toContain(`PATH='${home}'`)
  expect(environment).toContain("LC_ALL='C'")
  expect(environment).not.toContain('SECRET_OF_TEST')
})

test('addresses that the guard blocks are not pinged', async () => {
  const home = await fake(summary(1, 1))
  const lookup = async () => [{ address: '8.8.8.8' }, { address: '10.0.0.7' }]
  for (const target of ['127.0.0.1', 'mixed.example', '169.254.169.254']) {
    const { outcome } = await run('ping', target, {}, { searchPath: home, lookup, allow: [] })
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'blocked_address', phase: 'dns' } })
  }
  await expect(readFile(join(home, 'arguments'))).rejects.toThrow('ENOENT')
})

test('a target cannot become an option', async () => {
  const home = await fake(summary(1, 1))
  const lookup = async () => [{ address: '-f' }]
  const { outcome } = await run('ping', 'evil.example', {}, { searchPath: home, lookup })
  expect(outcome).toMatchObject(down('blocked_address'))
})

test('lost packets are counted, and some may be lost', async () => {
  const home = await fake(summary(3, 2))
  const surroundings = { searchPath: home }
  const strict = await run('ping', '127.0.0.1', { packets: 3 }, surroundings)
  expect(strict.outcome).toMatchObject({
    status: 'down',
    latency_ms: 2.5,
    details: { received: 2, loss_percent: 33.3 },
    error: { code: 'packets_lost', message: '127.0.0.1: 1 of 3 packets were lost', phase: 'first_byte' },
  })
  const lenient = await run('ping', '127.0.0.1', { packets: 3, loss_percent_max: 40 }, surroundings)
  expect(lenient.outcome).toMatchObject({ status: 'up', details: { received: 2, loss_percent: 33.3 } })
})

test('answers that come twice count once', async () => {
  const { outcome } = await run('ping', '127.0.0.1', {}, { searchPath: await fake(summary(1, 2)) })
  expect(outcome).toMatchObject({ status: 'up', details: { received: 1, loss_percent: 0 } })
})

test('no answer, and what a router said', async () => {
  const report = "echo 'From 198.51.100.1 icmp_seq=1 Destination Host Unreachable'\n"
  const { outcome } = await run('ping', '127.0.0.1', {}, { searchPath: await fake(`${report}${summary(1, 0)}`) })
  expect(outcome).toMatchObject(down('packets_lost', { details: { received: 0, loss_percent: 100, avg_ms: null } }))
  expect(outcome.error?.message).toBe('127.0.0.1: no packet came back (Destination Host Unreachable)')
})

test('at the deadline the program is interrupted and says what it knows', async () => {
  const home = await fake(`trap "kill \\$!; ${summary(5, 4).replaceAll('\n', ';').replace(/;$/, '')}; exit 1" INT
/bin/sleep 600 & wait $!`)
  const { outcome } = await run('ping', '127.0.0.1', { packets: 5 }, { searchPath: home, timeoutMs: 1_000 })
  expect(outcome).toMatchObject(down('packets_lost', { details: { received: 4, loss_percent: 20 } }))
})

test('a program that does not end at the deadline is killed', async () => {
  const home = await fake(`trap '' INT\nexec /bin/sleep 600`)
  const { outcome } = await run('ping', '127.0.0.1', {}, { searchPath: home, timeoutMs: 200 })
  expect(outcome).toMatchObject({ status: 'down', error: { code: 'timeout', phase: 'first_byte' } })
})

test('a cancelled check ends the program and rejects with the reason', async () => {
  const home = await fake('echo $$ >"$0.pid"\nexec /bin/sleep 600')
  const controller = new AbortController()
  const reason = new Error('cancelled')
  const check = run('ping', '127.0.0.1', {}, { searchPath: home, signal: controller.signal })
  const pidOf = () => readFile(join(home, 'ping.pid'), 'utf8').catch(() => '')
  await eventually(async () => (await pidOf()).endsWith('\n'), 'the program runs')
  controller.abort(reason)
  await expect(check).rejects.toBe(reason)
  const pid = Number(await pidOf())
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

describe('without the means to ping, the message says what to do', () => {
  test('no program', async () => {
    const { outcome } = await run('ping', '127.0.0.1', {}, { searchPath: join(folder, 'nowhere') })
    expect(outcome).toMatchObject(down('ping_unavailable'))
    expect(outcome.error?.message).toContain('apt install iputils-ping')
  })

  test.each([
    ['ping: socktype: SOCK_RAW\nping: socket: Operation not permitted', 2],
    ['ping: permission denied (are you root?)', 1],
    ['ping: Lacking privilege for icmp socket.', 1],
  ])('not permitted: %j', async (errors, code) => {
    const { outcome } = await run(
      'ping',
      '127.0.0.1',
      {},
      { searchPath: await fake(`echo '${errors}' >&2; exit ${code}`) },
    )
    expect(outcome).toMatchObject(down('ping_unavailable'))
    expect(outcome.error?.message).toContain('net.ipv4.ping_group_range="0 2147483647"')
  })

  test('another program of that name', async () => {
    const { outcome } = await run('ping', '127.0.0.1', {}, { searchPath: await fake('echo "ping: bad luck" >&2') })
    expect(outcome.error).toMatchObject({ code: 'ping_unavailable', message: expect.stringContaining('bad luck') })
  })
})

test('if an address cannot be reached, the next one is tried', async () => {
  const home = await fake(`case "$*" in *127.0.0.5) echo 'ping: connect: Network is unreachable' >&2; exit 2;; esac
${summary(1, 1)}`)
  const lookup = async () => [{ address: '127.0.0.5' }, { address: '127.0.0.6' }]
  const { outcome } = await run('ping', 'host.example', {}, { searchPath: home, lookup })
  expect(outcome).toMatchObject({
    status: 'up',
    details: { address: '127.0.0.6' },
    warnings: [{ code: 'address_failed', message: expect.stringContaining('trying 127.0.0.6') }],
  })
  const alone = await run('ping', '127.0.0.5', {}, { searchPath: home })
  expect(alone.outcome).toMatchObject(down('unreachable'))
})

test('an IPv6 address is left to ping6 where ping knows only IPv4', async () => {
  const home = await fake(`echo 'ping: unknown host' >&2; exit 1`)
  const six = await fake(summary(1, 1), 'ping6')
  const { outcome } = await run('ping', '::1', {}, { searchPath: `${home}:${six}` })
  expect(outcome).toMatchObject({ status: 'up', latency_ms: 2.5 })
})

test('only addresses of the wanted family are pinged', async () => {
  const home = await fake(summary(1, 1))
  const lookup = async () => [{ address: '127.0.0.5' }, { address: '::1' }]
  const { outcome } = await run('ping', 'host.example', { ip_family: '6' }, { searchPath: home, lookup })
  expect(outcome).toMatchObject({ status: 'up', details: { address: '::1' } })
  const none = await run('ping', '127.0.0.1', { ip_family: '6' }, { searchPath: home })
  expect(none.outcome).toMatchObject(down('dns_not_found'))
})

test('faults name the target', () => {
  for (const target of ['example.org', '192.0.2.1', '2001:db8::1', '[2001:db8::1]'])
    expect([target, faultsOf('ping', target, {})]).toEqual([target, []])
  for (const target of ['', 'a b', 'https://example.org', 'example.org:80', 'a..b', '-c 1', '[192.0.2.1]'])
    expect([target, faultsOf('ping', target, {})]).toEqual([target, ['target']])
})
