import type { Row } from '../../../src/fleet/agent'
import { Random } from '../random'
import type { Scene, Table } from './machine'

const PEOPLE = ['root', 'daemon', 'www-data', 'postgres', 'redis', 'ada', 'ben', 'deploy', 'backup', 'nobody'] as const
const PROGRAMS = ['systemd', 'sshd', 'nginx', 'postgres', 'redis-server', 'osqueryd', 'node', 'cron', 'bash'] as const
const PACKAGES = [
  'bash',
  'curl',
  'git',
  'libc6',
  'nginx',
  'openssl',
  'osquery',
  'postgresql',
  'python3',
  'vim',
] as const
const PORTS = [22, 80, 443, 5432, 6379, 8080, 9100] as const

/** The n-th item of a list, wrapping around at its end. */
const nth = <T>(from: readonly T[], n: number) => from[n % from.length] as T

/** @param defaultRows number of rows unless overridden */
function listTable(defaultRows: number, rowOf: (n: number, scene: Scene, random: Random) => Row): Table {
  return scene => {
    const random = new Random(scene.host.identifier) // seeded, so that the rows are always the same
    return Array.from({ length: scene.rows ?? defaultRows }, (_, n) => rowOf(n, scene, random))
  }
}

const packages = (architecture: string) =>
  listTable(PACKAGES.length, (n, { host }, random) => {
    const name = n < PACKAGES.length ? nth(PACKAGES, n) : `${nth(PACKAGES, n)}-extra${n}`
    const version = `${random.between(1, 20)}.${random.between(0, 30)}.${random.between(0, 9)}-${random.between(1, 4)}`
    const size = String(random.between(40, 40_000))
    return {
      name,
      version,
      source: '',
      size,
      arch: architecture,
      revision: host.osCodename,
      status: 'install ok installed',
    }
  })

const installed = listTable(9, (n, _, random) => {
  const name = `${random.pick(['Mail', 'Editor', 'Browser', 'Chat', 'Notes', 'Sheets'])} ${n + 1}`
  const version = `${random.between(1, 130)}.${random.between(0, 9)}`
  return { name, version, path: `/Applications/${name}.app`, publisher: 'Example', install_date: '2026-02-01' }
})

/** Tables with several rows. Names and columns as in osquery's schema. */
export const listTables: Record<string, Table> = {
  users: listTable(PEOPLE.length, (n, { host }, random) => {
    const username = n < PEOPLE.length ? nth(PEOPLE, n) : `${nth(PEOPLE, n)}${n}`
    const uid = String(n === 0 ? 0 : 1_000 + n)
    const ids = { uid, gid: uid, uid_signed: uid, gid_signed: uid, username, description: '', uuid: random.uuid() }
    return { ...ids, ...homeOf(host.family, username) }
  }),
  processes: listTable(24, (n, { host }, random) => {
    const name = nth(PROGRAMS, n)
    const path = host.family === 'windows' ? `C:\\Program Files\\${name}\\${name}.exe` : `/usr/bin/${name}`
    const ids = {
      pid: String(n === 0 ? 1 : 300 + n * 7),
      parent: n === 0 ? '0' : '1',
      uid: n % 3 ? '0' : '1005',
      gid: '0',
    }
    const use = {
      resident_size: String(random.between(1, 400) * 2 ** 20),
      total_size: String(random.between(1, 4) * 2 ** 30),
    }
    const times = { user_time: String(random.between(0, 90_000)), system_time: String(random.between(0, 9_000)) }
    const start = {
      start_time: String(Math.floor(host.bootedMs / 1_000) + n),
      state: 'S',
      threads: String(random.between(1, 32)),
    }
    return { ...ids, name, path, cmdline: `${path} --foreground`, cwd: '/', root: '/', ...use, ...times, ...start }
  }),
  listening_ports: listTable(PORTS.length, (n, _, random) => ({
    ...{
      pid: String(300 + n * 7),
      port: String(n < PORTS.length ? nth(PORTS, n) : 10_000 + n),
      protocol: '6',
      family: '2',
    },
    ...{
      address: random.pick(['0.0.0.0', '127.0.0.1', '::']),
      fd: String(random.between(3, 40)),
      socket: '',
      path: '',
    },
  })),
  interface_addresses: listTable(2, (n, { host }) => ({
    ...{ interface: n === 0 ? 'lo' : `eth${n - 1}`, address: n === 0 ? '127.0.0.1' : host.address },
    ...{ mask: n === 0 ? '255.0.0.0' : '255.255.0.0', broadcast: '', point_to_point: '', type: 'manual' },
  })),
  interface_details: listTable(2, (n, { host }, random) => ({
    ...{
      interface: n === 0 ? 'lo' : `eth${n - 1}`,
      mac: n === 0 ? '00:00:00:00:00:00' : host.mac,
      type: '1',
      mtu: '1500',
    },
    ...{ ibytes: String(random.between(1, 1e9)), obytes: String(random.between(1, 1e9)), ierrors: '0', oerrors: '0' },
  })),
  mounts: listTable(3, (n, _, random) => ({
    ...{
      device: `/dev/sda${n + 1}`,
      device_alias: '',
      path: nth(['/', '/boot', '/var'], n),
      type: 'ext4',
      flags: 'rw',
    },
    ...{ blocks_size: '4096', blocks: '26214400', blocks_free: String(random.between(1e6, 2e7)) },
    ...{ blocks_available: String(random.between(1e6, 2e7)), inodes: '6553600', inodes_free: '6000000' },
  })),
  logical_drives: listTable(1, () => ({
    ...{ device_id: 'C:', type: 'Local Fixed Disk', description: 'Local Fixed Disk', free_space: '181193932800' },
    ...{ size: '511020367872', file_system: 'NTFS', boot_partition: '1' },
  })),
  disk_encryption: listTable(1, () => ({
    name: '/dev/sda1',
    uuid: '',
    encrypted: '1',
    type: 'AES-XTS',
    uid: '',
    user_uuid: '',
  })),
  etc_hosts: listTable(2, (n, { host }) => ({
    address: n ? '127.0.1.1' : '127.0.0.1',
    hostnames: n ? host.hostname : 'localhost',
  })),
  load_average: listTable(3, (n, _, random) => ({
    period: nth(['1m', '5m', '15m'], n),
    average: random.next().toFixed(2),
  })),
  logged_in_users: listTable(1, (_, { nowMs }) => ({
    ...{
      type: 'user',
      user: 'ada',
      tty: 'pts/0',
      host: '10.0.0.9',
      time: String(Math.floor(nowMs / 1_000) - 900),
      pid: '2001',
    },
  })),
  deb_packages: packages('amd64'),
  rpm_packages: packages('x86_64'),
  programs: installed,
  apps: installed,
}

function homeOf(family: string, username: string): Row {
  if (family === 'windows') return { directory: `C:\\Users\\${username}`, shell: 'C:\\Windows\\system32\\cmd.exe' }
  const home = family === 'darwin' ? `/Users/${username}` : `/home/${username}`
  return { directory: username === 'root' ? '/root' : home, shell: '/bin/bash' }
}

/** Platforms of tables that not all platforms have. */
export const ONLY: Record<string, readonly string[]> = {
  deb_packages: ['ubuntu', 'debian'],
  rpm_packages: ['rhel'],
  programs: ['windows'],
  logical_drives: ['windows'],
  apps: ['darwin'],
  mounts: ['ubuntu', 'debian', 'rhel', 'darwin'],
  load_average: ['ubuntu', 'debian', 'rhel', 'darwin'],
  memory_info: ['ubuntu', 'debian', 'rhel'],
}
