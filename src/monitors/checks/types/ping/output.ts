/** What `ping` says at its end. */
export interface Statistics {
  received: number
  /** Round-trip times in milliseconds; null if no packet came back. */
  min: number | null
  avg: number | null
  max: number | null
}

/** iputils: `3 packets transmitted, 3 received, ...`; BusyBox, inetutils and the BSDs: `... 3 packets received, ...`. */
const COUNTS = /^\d+ packets transmitted, (\d+) (?:packets )?received\b/m
/** iputils: `rtt min/avg/max/mdev = ...`; the others: `round-trip min/avg/max = ...`, some with `/stddev`. */
const TIMES = /^(?:rtt|round-trip) min\/avg\/max(?:\/\w+)? = ([\d.]+)\/([\d.]+)\/([\d.]+)/m

/** Reads the output of any common `ping`, in English. @returns undefined if it has no statistics */
export function readStatistics(output: string): Statistics | undefined {
  const counts = COUNTS.exec(output)
  if (!counts) return undefined
  const [, min, avg, max] = TIMES.exec(output) ?? []
  return { received: Number(counts[1]), min: msOf(min), avg: msOf(avg), max: msOf(max) }
}

const msOf = (text: string | undefined) => (text === undefined ? null : Number(text))

/** What a router or the own system says instead of an answer: `From 192.0.2.1 icmp_seq=1 Destination Host Unreachable`. */
const REPORTS = [/^From \S+ icmp_seq=\d+ (.+)$/m, /^\d+ bytes from \S+: (?!icmp_seq=|seq=)(.+)$/m]

/** The first such report; undefined if there is none. */
export const readReport = (output: string) =>
  REPORTS.map(pattern => pattern.exec(output)?.[1]?.trim()).find(report => report !== undefined)

/** What the program complains about: `ping: connect: Network is unreachable`. */
export const complaintOf = (errors: string) => (errors.split('\n')[0] ?? '').replace(/^\S*ping6?: /, '').trim()

/** Whether the system does not let the program open a socket. If it cannot send, that is the firewall. */
export const isForbidden = (errors: string) =>
  /operation not permitted|permission denied|privilege|cap_net_raw/i.test(errors) && !/\bsend/i.test(errors)

/** Whether the packet could not be sent to this address. */
export const isUnreachable = (errors: string) =>
  /unreachable|no route|is down|\bsend|invalid argument|broadcast|assign requested/i.test(errors)

/** Whether the program knows only IPv4, and leaves IPv6 to `ping6`. */
export const isForPing6 = (errors: string) => /unknown host|bad address|address family/i.test(errors)
