/** What an agent looks for in the platform of a query; to it the last two mean any Linux (`checkPlatform`, osquery). */
const KNOWN = ['darwin', 'linux', 'windows', 'freebsd', 'posix', 'any', 'all', 'ubuntu', 'centos']
const MEANS_ALL = ['any', 'all', 'null']

const DISTRIBUTIONS = [
  ...['alma', 'almalinux', 'alpine', 'amazon', 'amzn', 'arch', 'debian', 'fedora', 'gentoo', 'kali', 'manjaro', 'mint'],
  ...['linuxmint', 'nixos', 'ol', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed', 'oracle', 'pop', 'raspbian'],
  ...['redhat', 'rhel', 'rocky', 'sles', 'suse', 'void'],
]
/** As people and other products call what agents know by another name. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ...['mac', 'macos', 'macosx', 'osx'].map(name => [name, 'darwin'] as const),
  ...['win', 'win32', 'win64'].map(name => [name, 'windows'] as const),
  ...DISTRIBUTIONS.map(name => [name, 'linux'] as const),
])

export interface AgentPlatforms {
  /** As agents understand it; nothing when it means all, or holds no platform that they know. */
  platform: string | undefined
  /** Meant for every agent. */
  meansAll: boolean
  /** Names that match nothing on an agent, and what to write instead, if that is known. */
  foreign: { name: string; instead: string | undefined }[]
}

/**
 * Reads the `platform` of a query. Agents search it for names that they know, in lower case, and skip the query
 * without a word when there is none.
 */
export function agentPlatforms(text: string): AgentPlatforms {
  const names = namesIn(text)
  const foreign = [...new Set(names)]
    .filter(name => !KNOWN.includes(name) && name !== 'null')
    .map(name => ({ name, instead: OTHER_NAMES.get(name) }))
  const understood = names.flatMap(name => (KNOWN.includes(name) ? name : (OTHER_NAMES.get(name) ?? [])))
  const meansAll = names.length === 0 || names.some(name => MEANS_ALL.includes(name))
  const platform = meansAll ? undefined : [...new Set(understood)].join(',') || undefined
  return { platform, meansAll, foreign }
}

export const AGENTS_KNOW = `Agents know ${KNOWN.slice(0, -2).join(', ')}.`

/**
 * Reads the `platform` of a pack. Here the server decides which hosts are meant, and it knows their distributions.
 * `platforms` is empty when all are meant; `unknown` are those that no host has.
 */
export function packPlatforms(text: string): { platforms: string[]; unknown: string[] } {
  const names = namesIn(text)
  if (names.some(name => MEANS_ALL.includes(name))) return { platforms: [], unknown: [] }
  const platforms = new Set(names.map(name => (DISTRIBUTIONS.includes(name) ? name : familyNamed(name))))
  return { platforms: [...platforms], unknown: names.filter(name => !KNOWN.includes(name) && !OTHER_NAMES.has(name)) }
}

const ANY_LINUX = ['ubuntu', 'centos']
const familyNamed = (name: string) => (ANY_LINUX.includes(name) ? 'linux' : (OTHER_NAMES.get(name) ?? name))

const namesIn = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/\b(mac ?)?os ?x\b/g, 'osx')
    .split(/[\s,;|]+/)
    .filter(name => name !== '')
