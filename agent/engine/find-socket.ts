import { statSync } from 'node:fs'
import { join } from 'node:path'

interface Given {
  /** The option `--engine`: a path or a unix:// address. */
  engine?: string | undefined
  env: Record<string, string | undefined>
  uid: number
}

/**
 * The engine's socket: as given, or in DOCKER_HOST, or else the first usual place that has one.
 * @returns the first usual place if none has one: an engine may be installed later
 * @throws Error for an address that is no Unix socket
 */
export function findSocket({ engine, env, uid }: Given): string {
  const given = engine || env.DOCKER_HOST
  if (given) return pathOf(given)
  const places = [
    '/var/run/docker.sock',
    '/run/podman/podman.sock',
    join(env.XDG_RUNTIME_DIR || `/run/user/${uid}`, 'podman/podman.sock'),
    join(env.XDG_RUNTIME_DIR || `/run/user/${uid}`, 'docker.sock'),
  ]
  return places.find(isSocket) ?? '/var/run/docker.sock'
}

function pathOf(address: string): string {
  const path = address.replace(/^unix:\/\//, '')
  if (path.startsWith('/')) return path
  throw new Error(`The engine's address "${address}" is not a Unix socket, such as unix:///var/run/docker.sock.`)
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket()
  } catch {
    return false
  }
}
