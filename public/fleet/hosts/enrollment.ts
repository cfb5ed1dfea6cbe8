/** The operating systems that have a command. */
export const SYSTEMS = ['linux', 'macos', 'windows'] as const
export type System = (typeof SYSTEMS)[number]

/** How a host is told where to go, with a placeholder where its secret belongs. */
export interface Enrollment {
  /** Each does it all on the host. */
  commands: Record<System, string>
  /** The agent's flags file, where it is and what stands in it. */
  flag_files: Record<System, { path: string; flags: string[] }>
  /** What is missing for agents to come at all. */
  note: string | null
}

export const SYSTEM_NAMES: Record<System, string> = { linux: 'Linux', macos: 'macOS', windows: 'Windows' }
/** Where a command is run. */
export const SHELLS: Record<System, string> = {
  linux: 'in a shell',
  macos: 'in Terminal',
  windows: 'in PowerShell as administrator',
}

const PLACEHOLDER = '<secret>'

/** The same with the secret in its place; without one as it is. */
export const withSecret = (text: string, secret: string) =>
  secret === '' ? text : text.replaceAll(PLACEHOLDER, () => secret)
