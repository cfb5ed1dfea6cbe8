import { conflict } from '../../base/errors'
import { POLL_SECONDS } from '../agent'

/** Where the packages of osquery keep the agent's files (docs/wiki/installation of osquery). */
export const FOLDERS = {
  linux: '/etc/osquery',
  macos: '/private/var/osquery',
  windows: 'C:\\Program Files\\osquery',
} as const
export type System = keyof typeof FOLDERS
export const SYSTEMS = Object.keys(FOLDERS) as System[]

export interface Enrolling {
  /** Host and port under which agents reach us. */
  address: string
  /** The PEM text of the certificate that we show, when agents do not trust it by themselves. */
  certificate: string | undefined
  /** For how long a read is held, in ms. */
  holdMs: number
}

/** What stands for the secret, until a page or a person puts one in. */
export const SECRET_PLACEHOLDER = '<secret>'
/** Fewer, larger blocks than osquery's 8 KiB; well below what we take. */
const CARVE_BLOCK_BYTES = 1_048_576
/** After a refresh of the configuration that failed; osquery itself would wait for 300 s. */
const RETRY_SECONDS = 30

/** The flags of osqueryd (docs/wiki/installation/cli-flags.md of osquery) that make it one of our hosts. */
export function agentFlags({ address, certificate, holdMs }: Enrolling, system: System = 'linux'): string[] {
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
 * Host and port for agents, which always speak HTTPS.
 * @param host under which this machine is reached, if PUBLIC_URL does not say so; what could be more than a host to a
 *   shell never gets into a command
 * @throws Problem 409 for an IPv6 literal: `tls_hostname` takes none
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
  `Agents cannot be given the IPv6 address ${address}: osquery's tls_hostname takes a host name or an IPv4 address. Open this page under one of these, or set PUBLIC_URL to it.`
