import { readFileSync } from 'node:fs'
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Facts } from './connection'
import type { EngineWatch } from './inventory'

/** What the machine tells of itself. @param root where the machine's root is, if the agent runs in a container */
export function factsOf(root: string, version: string, given: { hostname?: string | undefined } = {}): Facts {
  return {
    hostname: (given.hostname || read(join(root, 'etc/hostname')) || hostname()).slice(0, 255),
    hardware_uuid: read('/sys/class/dmi/id/product_uuid') || null,
    boot_id: read('/proc/sys/kernel/random/boot_id') || null,
    platform: platform().slice(0, 50),
    os: (osName(read(join(root, 'etc/os-release'))) ?? `${platform()} ${release()} ${arch()}`).slice(0, 200),
    cpus: Math.max(1, cpus().length),
    memory: totalmem(),
    version,
    engine: null,
    engine_error: null,
  }
}

/** With the state of the engine, which changes. */
export const withEngine = (facts: Facts, { version, error }: Pick<EngineWatch, 'version' | 'error'>): Facts => ({
  ...facts,
  engine: error === null ? version : null,
  engine_error: error,
})

const osName = (text: string) => /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1]

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().slice(0, 10_000)
  } catch {
    return '' // not on this system, or not for this user
  }
}
