import {
  addressesOf,
  cpuOf,
  disksOf,
  memoryOf,
  type Reported,
  uptimeMsOf,
} from '../../../public/fleet/hosts/vitals-data'

const NOTHING: Reported = { details: {}, vitals: {} }
const reported = (vitals: Reported['vitals'], details: Reported['details'] = {}): Reported => ({ vitals, details })

describe('the vitals of a host', () => {
  it('are unknown until they are reported', () => {
    expect([cpuOf(NOTHING), memoryOf(NOTHING), uptimeMsOf(NOTHING)]).toEqual([null, null, null])
    expect([disksOf(NOTHING), addressesOf(NOTHING)]).toEqual([[], []])
  })

  it('come from the latest vitals, or else from the enrollment', () => {
    const system = { cpu_brand: 'Old', cpu_logical_cores: '2', physical_memory: '1024' }
    expect(cpuOf(reported({}, { system_info: system }))).toEqual({ brand: 'Old', cores: null, threads: 2 })
    expect(cpuOf(reported({ system_info: [{ ...system, cpu_brand: 'New\0' }] }, { system_info: system }))?.brand).toBe(
      'New',
    )
  })

  it('include the used memory if the agent reports it', () => {
    expect(memoryOf(reported({}, { system_info: { physical_memory: '1000' } }))).toMatchObject({
      size: 1_000,
      used: null,
    })
    const info = { memory_total: '1000', memory_free: '100', buffers: '50', cached: '250' }
    expect(memoryOf(reported({ memory_info: [info] }))).toMatchObject({ size: 1_000, used: 600 })
    expect(memoryOf(reported({ memory_info: [{ ...info, memory_available: '700' }] }))).toMatchObject({ used: 300 })
  })

  it('include the uptime', () => {
    expect(uptimeMsOf(reported({ uptime: [{ total_seconds: '90' }] }))).toBe(90_000)
    expect(uptimeMsOf(reported({ uptime: [{ days: '1', hours: '2', minutes: '3', seconds: '4' }] }))).toBe(93_784_000)
  })

  it('list each disk once, largest first, without virtual file systems', () => {
    const mount = (path: string, device: string, type: string, blocks: string) => ({
      ...{ path, device, type, blocks },
      blocks_size: '4096',
      blocks_available: '10',
    })
    const mounts = [
      mount('/', '/dev/sda1', 'ext4', '100'),
      mount('/srv/data', '/dev/sdb1', 'xfs', '1000'),
      mount('/var/lib/docker/bind', '/dev/sda1', 'ext4', '100'),
      mount('/run', 'tmpfs', 'tmpfs', '9000'),
      mount('/snap/x/1', '/dev/loop0', 'squashfs', '10'),
    ]
    expect(disksOf(reported({ mounts }))).toEqual([
      { name: '/srv/data', size: 4_096_000, used: 4_055_040 },
      { name: '/', size: 409_600, used: 368_640 },
    ])
    const drives = [{ device_id: 'C:', size: '1000', free_space: '400' }]
    expect(disksOf(reported({ logical_drives: drives }))).toEqual([{ name: 'C:', size: 1_000, used: 600 }])
    expect(disksOf(reported({ logical_drives: [{ device_id: 'D:', size: '-1', free_space: '-1' }] }))).toEqual([])
  })

  it('list addresses by interface, without loopback and link-local ones', () => {
    const interface_addresses = [
      { interface: 'lo', address: '127.0.0.1' },
      { interface: 'eth0', address: '10.0.0.5' },
      { interface: 'eth0', address: 'fe80::1%eth0' },
      { interface: 'eth0', address: '2001:db8::5' },
    ]
    expect(addressesOf(reported({ interface_addresses }))).toEqual([
      { interface: 'eth0', addresses: ['10.0.0.5', '2001:db8::5'] },
    ])
  })
})
