import type { System } from '../../contract/hosts'
import { type AgentSetup, agentFlags, FOLDERS, pathIn, SECRET_PLACEHOLDER } from './agent-setup'
import { windowsCommand } from './windows-command'

/** The service of osquery 5 on macOS, and where its package puts the property list. */
const MACOS_SERVICE = 'io.osquery.agent'
const MACOS_DAEMON = `/Library/LaunchDaemons/${MACOS_SERVICE}.plist`
const MACOS_SOURCE = pathIn('macos', `${MACOS_SERVICE}.plist`)

const LINUX_START = ['systemctl enable osqueryd', 'systemctl restart osqueryd']

/**
 * The package does not install the LaunchDaemon, and `osqueryctl restart` first stops it, which fails if it is not
 * running (tools/deployment/osqueryctl of osquery). A running daemon is restarted so that it reads its flags.
 */
const MACOS_START = [
  `install -m 644 ${MACOS_SOURCE} ${MACOS_DAEMON}`,
  `launchctl enable system/${MACOS_SERVICE}`,
  `if launchctl print system/${MACOS_SERVICE} >/dev/null 2>&1; then launchctl kickstart -k system/${MACOS_SERVICE}; else launchctl bootstrap system ${MACOS_DAEMON}; fi`,
]
const MACOS_CHECK = `if [ ! -e ${MACOS_SOURCE} ]; then echo "osquery 5 or newer is not installed: ${MACOS_SOURCE} is missing." >&2; exit 1; fi`

/**
 * One command per operating system that configures an installed osquery. Only administrators can read the secret's
 * file.
 */
export const commandsFor = (setup: AgentSetup): Record<System, string> => ({
  linux: shellCommand(setup, 'linux', LINUX_START),
  macos: shellCommand(setup, 'macos', MACOS_START, [MACOS_CHECK]),
  windows: windowsCommand(setup),
})

/** A one-line shell command. It is in single quotes, so its steps must not contain any. */
function shellCommand(setup: AgentSetup, system: System, start: string[], check: string[] = []): string {
  const { certificate } = setup
  const write = (lines: string[], file: string) =>
    `printf "%s\\n" ${lines.map(line => `"${line}"`).join(' ')} > ${pathIn(system, file)}`
  const steps = [
    ...check,
    'umask 077',
    `mkdir -p ${FOLDERS[system]}`,
    `printf %s "${SECRET_PLACEHOLDER}" > ${pathIn(system, 'enroll_secret')}`,
    ...(certificate ? [write(certificate.trim().split('\n'), 'tailrace.pem')] : []),
    write(agentFlags(setup, system), 'osquery.flags'),
    ...start,
  ]
  return `sudo sh -c '${steps.join(' && ')}'`
}
