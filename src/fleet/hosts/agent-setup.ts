import { conflict } from '../../base/errors'
import type { System } from '../../contract/hosts'
import { POLL_SECONDS } from '../agent'

/** Where osquery's packages keep the agent's files (docs/wiki/installation of osquery). */
export const FOLDERS: Record<System, string> = {
  linux: '/etc/osquery',
  macos: '/private/var/osquery',
  windows: 'C:\\Program Files\\osquery',
}

/** What the configuration of agents depends on. */
export interface AgentSetup {
  /** Host and port at which agents reach this server. */
  address: string
  /** The certificate of this server as PEM, if agents do not trust it by default. */
  certificate: string | undefined
  /** How long a read is held, in ms. */
  holdMs: number
}

/** Placeholder for the enroll secret. */
export const SECRET_PLACEHOLDER = '<secret>'
/** Larger than osquery's default of 8 KiB, for fewer requests, and well below our limit for a block. */
const CARVE_BLOCK_BYTES = 1_048_576
/** How soon an agent retries after a failed refresh of its configuration; osquery's default is 300 s. */
const RETRY_SECONDS = 30

/** The flags that connect osqueryd to this server (docs/wiki/installation/cli-flags.md of osquery). */
export function agentFlags({ address, certificate, holdMs }: AgentSetup, system: System = 'linux'): string[] {
  return [
    `--tls_hostname=${address}`,
    ...(certificate ? [`--tls_server_certs=${pathIn(system, 'tailrace.pem')}`] : []),
    '--host_identifier=uuid',
    `--enroll_secret_path=${pathIn(system, 'enroll_secret')}`,
    '--enroll_tls_endpoint=/osquery/enroll',
    '--config_plugin=tls',
    '--config_tls_endpoint=/osquery/config',
    '--config_refresh=60',
    `--config_accelerated_refresh=${RETRY_SECONDS}`,
    '--logger_plugin=tls',
    '--logger_tls_endpoint=/osquery/log',
    '--logger_tls_period=10',
    '--logger_tls_compress=true',
    '--disable_distributed=false',
    '--distributed_plugin=tls',
    `--distributed_interval=${holdMs > 0 ? 1 : POLL_SECONDS}`,
    '--distributed_tls_read_endpoint=/osquery/distributed_read',
    '--distributed_tls_write_endpoint=/osquery/distributed_write',
    '--disable_carver=false',
    '--carver_disable_function=false',
    '--carver_start_endpoint=/osquery/carve_init',
    '--carver_continue_endpoint=/osquery/carve_block',
    `--carver_block_size=${CARVE_BLOCK_BYTES}`,
  ]
}

export const pathIn = (system: System, file: string) => `${FOLDERS[system]}${system === 'windows' ? '\\' : '/'}${file}`

const HTTPS_PORT = '443'
const ADDRESS = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):\d{1,5}$/i

/**
 * Host and port for agents, which always use HTTPS.
 * @param host the host by which the request reached this server, used if PUBLIC_URL is not set. It ends up in a shell
 *   command, so anything but a plain host is replaced.
 * @throws Problem 409 for an IPv6 literal, which `tls_hostname` does not accept
 */
export function addressOf(publicUrl: string | undefined, host: string): string {
  const address = publicUrl ? addressIn(new URL(publicUrl)) : addressFrom(host)
  if (address.startsWith('[')) throw conflict('ipv6_literal', ipv6Hint(address))
  return address
}

const addressIn = ({ hostname, port, protocol }: URL) =>
  `${hostname}:${port || (protocol === 'http:' ? '80' : HTTPS_PORT)}`

function addressFrom(host: string): string {
  const address = /:\d+$/.test(host) ? host : `${host}:${HTTPS_PORT}`
  return ADDRESS.test(address) ? address : `tailrace.example:${HTTPS_PORT}`
}

const ipv6Hint = (address: string) =>
  `Agents cannot use the IPv6 address ${address}: osquery's tls_hostname accepts a host name or an IPv4 address only. Open this page at one of these, or set PUBLIC_URL.`
