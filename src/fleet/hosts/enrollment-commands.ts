import { agentFlags, type Enrolling, FOLDERS, pathIn, SECRET_PLACEHOLDER, type System } from './enrollment'
import { windowsCommand } from './windows-command'

/** The service of osquery 5 on macOS, and where its package leaves the description of it. */
const MACOS_SERVICE = 'io.osquery.agent'
const MACOS_DAEMON = `/Library/LaunchDaemons/${MACOS_SERVICE}.plist`
const MACOS_SOURCE = pathIn('macos', `${MACOS_SERVICE}.plist`)

const LINUX_START = ['systemctl enable osqueryd', 'systemctl restart osqueryd']

/**
 * The package does not install the LaunchDaemon, and `osqueryctl restart` stops first, which fails where nothing runs
 * (tools/deployment/osqueryctl of osquery). One that runs is made to read its flags anew.
 */
const MACOS_START = [
  `install -m 644 ${MACOS_SOURCE} ${MACOS_DAEMON}`,
  `launchctl enable system/${MACOS_SERVICE}`,
  `if launchctl print system/${MACOS_SERVICE} >/dev/null 2>&1; then launchctl kickstart -k system/${MACOS_SERVICE}; else launchctl bootstrap system ${MACOS_DAEMON}; fi`,
]
const MACOS_CHECK = `if [ ! -e ${MACOS_SOURCE} ]; then echo "osquery 5 or newer is not installed: ${MACOS_SOURCE} is missing." >&2; exit 1; fi`

/** Each sets an installed osquery up as a whole; the secret's file is for the administrator alone. */
export const commandsFor = (enrolling: Enrolling): Record<System, string> => ({
  linux: shellCommand(enrolling, 'linux', LINUX_START),
  macos: shellCommand(enrolling, 'macos', MACOS_START, [MACOS_CHECK]),
  windows: windowsCommand(enrolling),
})

/** One line for a shell; single quotes around it, so none within. */
function shellCommand(enrolling: Enrolling, system: System, start: string[], check: string[] = []): string {
  const { certificate } = enrolling
  const write = (lines: string[], file: string) =>
    `printf "%s\\n" ${lines.map(line => `"${line}"`).join(' ')} > ${pathIn(system, file)}`
  const steps = [
    ...check,
    'umask 077',
    `mkdir -p ${FOLDERS[system]}`,
    `printf %s "${SECRET_PLACEHOLDER}" > ${pathIn(system, 'enroll_secret')}`,
    ...(certificate ? [write(certificate.trim().split('\n'), 'tailrace.pem')] : []),
    write(agentFlags(enrolling, system), 'osquery.flags'),
    ...start,
  ]
  return `sudo sh -c '${steps.join(' && ')}'`
}
