import { Random } from './random'

type Platform = 'ubuntu' | 'debian' | 'rhel' | 'darwin' | 'windows'
export type Family = 'linux' | 'darwin' | 'windows'

/** A simulated machine, with the values that osquery's tables report. */
export interface Host {
  identifier: string
  hostname: string
  platform: Platform
  family: Family
  osName: string
  osVersion: string
  osCodename: string
  osqueryVersion: string
  instanceId: string
  hardwareSerial: string
  hardwareVendor: string
  hardwareModel: string
  cpuBrand: string
  cores: number
  memoryBytes: number
  address: string
  mac: string
  /** Boot time. */
  bootedMs: number
}

interface Model {
  share: number
  platform: Platform
  family: Family
  name: string
  versions: readonly (readonly [version: string, codename: string])[]
  hardware: readonly (readonly [vendor: string, model: string])[]
}

const SERVERS = [
  ['Dell Inc.', 'PowerEdge R650'],
  ['HPE', 'ProLiant DL360 Gen10'],
  ['QEMU', 'Standard PC (Q35 + ICH9, 2009)'],
  ['Amazon EC2', 'm6i.large'],
] as const

const MODELS: readonly Model[] = [
  {
    ...{ share: 0.35, platform: 'ubuntu', family: 'linux', name: 'Ubuntu', hardware: SERVERS },
    versions: [
      ['22.04.4 LTS (Jammy Jellyfish)', 'jammy'],
      ['24.04.1 LTS (Noble Numbat)', 'noble'],
    ],
  },
  {
    ...{ share: 0.15, platform: 'debian', family: 'linux', name: 'Debian GNU/Linux', hardware: SERVERS },
    versions: [
      ['11 (bullseye)', 'bullseye'],
      ['12 (bookworm)', 'bookworm'],
    ],
  },
  {
    ...{ share: 0.15, platform: 'rhel', family: 'linux', name: 'Red Hat Enterprise Linux', hardware: SERVERS },
    versions: [
      ['8.10 (Ootpa)', 'ootpa'],
      ['9.4 (Plow)', 'plow'],
    ],
  },
  {
    ...{ share: 0.2, platform: 'darwin', family: 'darwin', name: 'macOS' },
    versions: [
      ['14.6.1', ''],
      ['15.1', ''],
    ],
    hardware: [
      ['Apple Inc.', 'MacBookPro18,3'],
      ['Apple Inc.', 'Mac14,2'],
    ],
  },
  {
    ...{ share: 0.15, platform: 'windows', family: 'windows', name: 'Microsoft Windows 11 Pro' },
    versions: [
      ['10.0.22631', ''],
      ['10.0.26100', ''],
    ],
    hardware: [
      ['LENOVO', 'ThinkPad T14 Gen 4'],
      ['Dell Inc.', 'Latitude 5440'],
    ],
  },
]

const ROLES = ['web', 'db', 'api', 'cache', 'worker', 'build', 'mail', 'proxy'] as const
const SITES = ['ams', 'fra', 'iad', 'sin', 'syd'] as const
const OWNERS = ['ada', 'ben', 'chen', 'dana', 'emil', 'fatima', 'goro', 'hana', 'ivo', 'june', 'kofi', 'lena'] as const
const GIB = 2 ** 30
const DAY_MS = 86_400_000
/** 2026-01-01, fixed so that the same seed gives the same host on any day. */
const LONG_AGO_MS = 1_767_225_600_000

/** Creates host number `index` of a fleet. */
export function hostOf(seed: string, index: number): Host {
  const random = new Random(`${seed}/${index}`)
  const model = modelOf(random.next())
  const [osVersion, osCodename] = random.pick(model.versions)
  const [hardwareVendor, hardwareModel] = random.pick(model.hardware)
  const { platform, family, name: osName } = model
  return {
    identifier: random.uuid().toUpperCase(),
    hostname: hostnameOf(family, index, random),
    ...{ platform, family, osName, osVersion, osCodename, hardwareVendor, hardwareModel },
    osqueryVersion: random.chance(0.9) ? '5.23.1' : random.pick(['5.12.2', '4.9.0', '4.6.0']),
    instanceId: random.uuid(),
    hardwareSerial: serialOf(random),
    cpuBrand: family === 'darwin' ? 'Apple M2' : 'Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz',
    cores: random.pick([2, 4, 8, 16]),
    memoryBytes: random.pick([4, 8, 16, 32]) * GIB,
    address: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    mac: `02:${(random.hex(10).match(/../g) ?? []).join(':')}`,
    bootedMs: LONG_AGO_MS + random.between(0, 60) * DAY_MS,
  }
}

function modelOf(place: number): Model {
  let below = 0
  const found = MODELS.find(({ share }) => {
    below += share
    return place < below
  })
  return found ?? (MODELS[0] as Model)
}

function hostnameOf(family: Family, index: number, random: Random): string {
  const number = String(index + 1).padStart(3, '0')
  if (family === 'linux') return `${random.pick(ROLES)}-${random.pick(SITES)}-${number}`
  if (family === 'darwin') return `${random.pick(OWNERS)}s-mbp-${number}.local`
  return `DESKTOP-${random.hex(4).toUpperCase()}${number}`
}

/** May be empty, as on virtual machines and cheap boards. */
function serialOf(random: Random): string {
  const place = random.next()
  if (place < 0.1) return ''
  return place < 0.15 ? '-1' : random.hex(10).toUpperCase()
}
