import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AlertsSite, startAlertsSite } from '../site'
import { describeWith } from './servers'

const AMTOOL = '/usr/bin/amtool'

describeWith(AMTOOL, 'prometheus-alertmanager')('amtool 0.25', () => {
  let site: AlertsSite
  let folder: string
  let config: string

  beforeAll(async () => {
    site = await startAlertsSite()
    folder = await mkdtemp(join(tmpdir(), 'tailrace-amtool-'))
    config = join(folder, 'http.yml')
    await writeFile(config, `authorization:\n  credentials: ${site.adminToken}\n`)
    const web = { matchers: [{ name: 'team', op: '=' as const, value: 'web' }], receiver: 'web' }
    await site.route({ route: { receiver: null, group_by: ['alertname'], routes: [web] } }, ['web'])
  })
  afterAll(async () => {
    await site?.stop()
    await rm(folder, { recursive: true })
  })

  /** Fails when it writes to stderr, as when it doubts the version. */
  async function amtool(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run([
      `--alertmanager.url=${site.url}`,
      `--http.config.file=${config}`,
      ...args,
    ])
    if (code || stderr) throw new Error(`amtool ${args.join(' ')}: exit code ${code}: ${stderr}${stdout}`)
    return stdout
  }
  const run = (args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>(resolve =>
      execFile(AMTOOL, args, { env: { HOME: folder } }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) || 1 : 0, stdout, stderr }),
      ),
    )
  const asJson = async (...args: string[]) => JSON.parse(await amtool('-o', 'json', ...args))
  const namesOf = (alerts: { labels: { alertname: string } }[]) => alerts.map(({ labels }) => labels.alertname).sort()

  test('adds alerts and queries them', async () => {
    await amtool(
      'alert',
      'add',
      'disk',
      'node=a',
      'team=web',
      '--annotation=summary=Full',
      '--generator-url=http://p/g',
    )
    await amtool('alert', 'add', 'net', 'node=b', '--start=2026-01-01T00:00:00Z', '--end=2036-01-01T00:00:00Z')
    const all = await asJson('alert')
    expect(namesOf(all)).toEqual(['disk', 'net'])
    expect(all.find(({ labels }: { labels: { node: string } }) => labels.node === 'a')).toMatchObject({
      annotations: { summary: 'Full' },
      generatorURL: 'http://p/g',
      receivers: [{ name: 'web' }],
      status: { state: 'active' },
    })
    expect(namesOf(await asJson('alert', 'query', 'disk'))).toEqual(['disk'])
    expect(namesOf(await asJson('alert', 'query', 'node=~"[bc]"', 'team!=web'))).toEqual(['net'])
    expect(namesOf(await asJson('alert', 'query', '-r', 'web'))).toEqual(['disk'])
    for (const flag of ['--silenced', '--inhibited', '--unprocessed'])
      expect(await asJson('alert', 'query', flag)).toEqual([])
    expect(namesOf(await asJson('alert', 'query', '--active'))).toEqual(['disk', 'net'])
    expect(await amtool('alert')).toMatch(/^disk .* active/m)
    expect(await amtool('-o', 'extended', 'alert')).toMatch(/http:\/\/p\/g/)
  })

  test('silences: add, query, update, expire and import', async () => {
    const id = (await amtool('silence', 'add', 'disk', 'node=a', '-c', 'Cleaning', '-a', 'ann', '-d', '2h')).trim()
    expect(namesOf(await asJson('alert', 'query', '--silenced'))).toEqual(['disk'])
    expect(namesOf(await asJson('alert', 'query'))).toEqual(['net'])
    expect(await asJson('silence', 'query', 'node=a')).toMatchObject([{ id, comment: 'Cleaning', createdBy: 'ann' }])
    expect((await amtool('silence', 'query', '-q', '--created-by=ann')).trim()).toBe(id)
    expect(await asJson('silence', 'query', '--within=1h')).toEqual([])
    await amtool('silence', 'update', id, '-d', '30m', '-c', 'Still cleaning')
    expect(await asJson('silence', 'query', '--within=1h')).toMatchObject([{ id, comment: 'Still cleaning' }])
    const file = join(folder, 'silences.json')
    await writeFile(file, await amtool('-o', 'json', 'silence'))
    await amtool('silence', 'expire', id)
    expect(await asJson('silence')).toEqual([])
    expect(await asJson('silence', 'query', '--expired')).toMatchObject([{ id, status: { state: 'expired' } }])
    await amtool('silence', 'import', '--force', file)
    const [imported] = await asJson('silence')
    expect(imported).toMatchObject({ comment: 'Still cleaning', matchers: [{ name: 'alertname' }, { name: 'node' }] })
    expect(imported.id).not.toBe(id)
    await amtool('silence', 'add', 'later', '-c', 'x', '--start=2035-01-01T00:00:00Z', '--end=2035-01-02T00:00:00Z')
    expect(await asJson('silence', 'query', 'alertname=later')).toMatchObject([{ status: { state: 'pending' } }])
  })

  test('says why a silence is refused', async () => {
    const refused = amtool('silence', 'add', 'a=~".*"', '-c', 'x')
    await expect(refused).rejects.toThrow(/at least one matcher must not match the empty string/)
    await expect(amtool('silence', 'expire', '00000000-0000-4000-8000-000000000001')).rejects.toThrow(
      /silence not found/,
    )
  })

  test('shows the configuration, tests routes, and shows the cluster', async () => {
    expect(await amtool('config', 'show')).toMatch(/receiver: incidents-only/)
    expect(await amtool('config', 'routes')).toMatch(/team="web".*receiver: web/)
    expect(await amtool('config', 'routes', 'show')).toMatch(/receiver: incidents-only/)
    expect((await amtool('config', 'routes', 'test', '--verify.receivers=web', 'team=web')).trim()).toBe('web')
    await expect(amtool('config', 'routes', 'test', '--verify.receivers=web', 'team=db')).rejects.toThrow(/exit code 1/)
    expect(await amtool('cluster', 'show')).toMatch(/disabled/)
  })

  test('takes the token from the address', async () => {
    const url = site.url.replace('http://', `http://any:${site.adminToken}@`)
    const { code, stdout } = await run([`--alertmanager.url=${url}`, '-o', 'json', 'alert', 'query', 'net'])
    expect([code, namesOf(JSON.parse(stdout))]).toEqual([0, ['net']])
  })
})
