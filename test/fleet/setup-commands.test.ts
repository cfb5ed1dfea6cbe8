import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { addressOf, agentFlags } from '../../src/fleet/hosts/agent-setup'
import { commandsFor } from '../../src/fleet/hosts/setup-commands'
import { programOf, testWith } from '../deploy/programs'

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
const enrolling = { address: 'tailrace.example:443', certificate: PEM, holdMs: 10_000 }

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tailrace-enroll-'))
  await mkdir(join(root, 'bin'))
  await stub('sudo', 'exec "$@"')
})
afterEach(() => rm(root, { recursive: true }))

/** A system tool that records its calls. */
async function stub(name: string, script: string) {
  const file = join(root, 'bin', name)
  await writeFile(file, `#!/bin/sh\necho "${name} $*" >> ${root}/calls\n${script}\n`)
  await chmod(file, 0o755)
}

/** Runs a command in a shell, with its folders inside the test's folder. */
async function run(command: string) {
  const here = ['/etc/osquery', '/private/var/osquery', '/Library/LaunchDaemons']
    .reduce((text, folder) => text.replaceAll(folder, root + folder), command)
    .replaceAll('<secret>', 'trs_secret')
  const env = { PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  await promisify(execFile)('/bin/sh', ['-c', here], { env })
}
const calls = async (tool: string) =>
  (await readFile(join(root, 'calls'), 'utf8')).split('\n').filter(call => call.startsWith(`${tool} `))
const written = (path: string) => readFile(join(root, path), 'utf8')

async function expectFiles(folder: string, system: 'linux' | 'macos') {
  expect(await written(`${folder}/enroll_secret`)).toBe('trs_secret')
  expect((await stat(join(root, folder, 'enroll_secret'))).mode & 0o777).toBe(0o600)
  expect(await written(`${folder}/tailrace.pem`)).toBe(`${PEM}\n`)
  const flags = agentFlags(enrolling, system)
  expect((await written(`${folder}/osquery.flags`)).replaceAll(root, '')).toBe(`${flags.join('\n')}\n`)
  expect(flags).toContain(`--enroll_secret_path=${folder}/enroll_secret`)
}

test('the command for Linux writes the files and starts the service, now and at each boot', async () => {
  await stub('systemctl', '')
  await run(commandsFor(enrolling).linux)
  await expectFiles('/etc/osquery', 'linux')
  expect(await calls('systemctl')).toEqual(['systemctl enable osqueryd', 'systemctl restart osqueryd'])
})

describe('the command for macOS', () => {
  const DAEMON = '/Library/LaunchDaemons/io.osquery.agent.plist'
  const NAME = 'system/io.osquery.agent'
  /** Like launchd: a loaded service cannot be loaded again, and one that is not loaded cannot be restarted. */
  const LAUNCHCTL = `case "$1" in
    print) test -e "$0.loaded" ;;
    enable) : ;;
    bootstrap) test ! -e "$0.loaded" && test -e "$3" && : > "$0.loaded" ;;
    kickstart) test -e "$0.loaded" ;;
    *) exit 64 ;;
  esac`
  beforeEach(async () => {
    await stub('launchctl', LAUNCHCTL)
    await mkdir(join(root, '/Library/LaunchDaemons'), { recursive: true })
  })
  const installOsquery = async () => {
    await mkdir(join(root, '/private/var/osquery'), { recursive: true })
    await writeFile(join(root, '/private/var/osquery/io.osquery.agent.plist'), '<plist/>')
  }

  test('installs and starts the LaunchDaemon on a fresh machine, and restarts it on the next run', async () => {
    await installOsquery()
    await run(commandsFor(enrolling).macos)
    await expectFiles('/private/var/osquery', 'macos')
    expect(await written(DAEMON)).toBe('<plist/>')
    expect((await stat(join(root, DAEMON))).mode & 0o777).toBe(0o644)
    expect(await calls('launchctl')).toEqual([
      `launchctl enable ${NAME}`,
      `launchctl print ${NAME}`,
      `launchctl bootstrap system ${join(root, DAEMON)}`,
    ])
    await run(commandsFor(enrolling).macos)
    expect((await calls('launchctl')).at(-1)).toBe(`launchctl kickstart -k ${NAME}`)
  })

  test('fails with a reason and writes nothing if osquery is not installed', async () => {
    await expect(run(commandsFor(enrolling).macos)).rejects.toThrow(/osquery 5 or newer is not installed/)
    expect(await readdir(root)).not.toContain('private')
  })

  test('fails if the daemon cannot be started', async () => {
    await installOsquery()
    await stub('launchctl', 'exit 5')
    await expect(run(commandsFor(enrolling).macos)).rejects.toThrow()
  })
})

describe('the command for Windows', () => {
  const command = commandsFor(enrolling).windows
  const texts = [...command.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"))
  const code = command.replaceAll(/'(?:[^']|'')*'/g, "''")

  test('is one block with balanced quotes and brackets', () => {
    expect(code.match(/'/g)?.length).toBe(2 * texts.length)
    const open: string[] = []
    for (const [bracket] of code.matchAll(/[(){}[\]]/g)) {
      const at = ')}]'.indexOf(bracket)
      if (at < 0) open.push(bracket)
      else expect(open.pop()).toBe('({['[at])
    }
    expect(open).toEqual([])
    expect(code).toMatch(/^& \{\n[\s\S]*\n\}$/)
    expect(code).not.toMatch(/["`]/)
  })

  test('writes the secret, the certificate and the flags without a byte order mark, then starts the service', () => {
    const folder = 'C:\\Program Files\\osquery'
    const lines = command.split('\n').map(line => line.trim().replace(/,$/, ''))
    const flags = agentFlags(enrolling, 'windows')
    expect(flags).toContain(`--enroll_secret_path=${folder}\\enroll_secret`)
    expect(flags).toContain(`--tls_server_certs=${folder}\\tailrace.pem`)
    expect(lines).toEqual(expect.arrayContaining(flags.map(flag => `'${flag}'`)))
    expect(lines).toEqual(expect.arrayContaining(PEM.split('\n').map(line => `'${line}'`)))
    expect(texts).toContain(`"${folder}\\osqueryd\\osqueryd.exe" --flagfile="${folder}\\osquery.flags"`)
    expect(code).not.toMatch(/Out-File|Set-Content|Add-Content|>/)
    const steps = ['Test-Path', 'WriteAllText', 'icacls', 'WriteAllLines', 'New-Service', 'Restart-Service']
    const places = steps.map(step => code.indexOf(step))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
  })

  testWith(programOf('pwsh', 'powershell'))('is parsed by PowerShell without an error', async () => {
    const check = `$errors = $null; [void][Management.Automation.Language.Parser]::ParseInput($env:TEXT, [ref]$null, [ref]$errors); $errors.Count`
    const options = { env: { ...process.env, TEXT: command } }
    const { stdout } = await promisify(execFile)('pwsh', ['-NoProfile', '-Command', check], options)
    expect(stdout.trim()).toBe('0')
  })
})

test('an IPv6 literal is refused, with a hint', () => {
  const refusal = expect.objectContaining({
    status: 409,
    code: 'ipv6_literal',
    detail: expect.stringContaining('PUBLIC_URL'),
  })
  expect(() => addressOf('https://[2001:db8::1]:8443', 'localhost:8080')).toThrow(refusal)
  expect(() => addressOf(undefined, '[::1]:8080')).toThrow(refusal)
  expect(() => addressOf(undefined, '[::1]')).toThrow(refusal)
  expect(addressOf('https://tailrace.example', '[::1]:8080')).toBe('tailrace.example:443')
  expect(addressOf(undefined, '192.0.2.7:8080')).toBe('192.0.2.7:8080')
  expect(addressOf(undefined, 'x"; rm -rf /')).toBe('tailrace.example:443')
})
