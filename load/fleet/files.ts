import type { Family } from './host'

/** The files of simulated machines. */
const FILES: Record<Family, readonly string[]> = {
  linux: ['/etc/hosts', '/etc/passwd', '/etc/ssh/sshd_config', '/var/log/syslog', '/var/log/apt/history.log'],
  darwin: ['/etc/hosts', '/etc/passwd', '/etc/ssh/sshd_config', '/var/log/system.log', '/Library/Preferences/a.plist'],
  windows: ['C:\\Windows\\win.ini', 'C:\\Windows\\System32\\drivers\\etc\\hosts', 'C:\\Windows\\Logs\\CBS\\CBS.log'],
}

export const hasFile = (family: Family, path: string) => FILES[family].includes(path)

/** Files that match a pattern: `%` matches within a name, a final `%%` everything below (osquery/filesystem/filesystem.cpp). */
export function matchingFiles(family: Family, pattern: string): string[] {
  const regex = pattern
    .split(/(%%$|%)/)
    .map(part => (part === '%%' ? '.+' : part === '%' ? '[^/\\\\]*' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
    .join('')
  return FILES[family].filter(path => new RegExp(`^${regex}$`).test(path))
}
