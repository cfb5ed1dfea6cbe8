import { type AgentSetup, agentFlags, FOLDERS, pathIn, SECRET_PLACEHOLDER } from './agent-setup'

const FOLDER = FOLDERS.windows
const PROGRAM = `${FOLDER}\\osqueryd\\osqueryd.exe`

/**
 * A command for Windows PowerShell 5.1 or newer, to be run as administrator. It is a block, so that a console runs it
 * as a whole when it is pasted, and stops at the first error. Files are written with .NET, because PowerShell 5.1
 * itself writes UTF-16 or a byte order mark, which osquery would read as part of the first flag. The MSI installs the
 * service; Chocolatey does so only on request (docs/wiki/installation/install-windows.md of osquery).
 */
export function windowsCommand(setup: AgentSetup): string {
  const { certificate } = setup
  const secret = pathIn('windows', 'enroll_secret')
  const flags = pathIn('windows', 'osquery.flags')
  const write = (path: string, lines: string[]) => [
    `[IO.File]::WriteAllLines(${quoted(path)}, [string[]]@(`,
    ...lines.map((line, i) => `  ${quoted(line)}${i < lines.length - 1 ? ',' : ''}`),
    '))',
  ]
  const body = [
    `$ErrorActionPreference = 'Stop'`,
    `if (-not (Test-Path ${quoted(PROGRAM)})) { throw ${quoted(`osquery is not installed: ${PROGRAM} is missing.`)} }`,
    `[IO.File]::WriteAllText(${quoted(secret)}, '')`, // permissions are restricted before it holds the secret
    // Only SYSTEM and administrators, by SID, because their names depend on the language.
    `icacls ${quoted(secret)} /inheritance:r /grant:r '*S-1-5-18:F' '*S-1-5-32-544:F' | Out-Null`,
    `if ($LASTEXITCODE -ne 0) { throw 'The permissions of the secret file could not be restricted.' }`,
    `[IO.File]::WriteAllText(${quoted(secret)}, ${quoted(SECRET_PLACEHOLDER)})`,
    ...(certificate ? write(pathIn('windows', 'tailrace.pem'), certificate.trim().split('\n')) : []),
    ...write(flags, agentFlags(setup, 'windows')),
    'if (-not (Get-Service osqueryd -ErrorAction SilentlyContinue)) {',
    `  New-Service -Name osqueryd -BinaryPathName ${quoted(`"${PROGRAM}" --flagfile="${flags}"`)} | Out-Null`,
    '}',
    'Set-Service osqueryd -StartupType Automatic',
    'Restart-Service osqueryd',
  ]
  return ['& {', ...body.map(line => `  ${line}`), '}'].join('\n')
}

/** Between single quotes only the quote itself is special; it is doubled. */
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
