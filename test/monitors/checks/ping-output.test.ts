import {
  complaintOf,
  isForbidden,
  isForPing6,
  isUnreachable,
  readReport,
  readStatistics,
} from '../../../src/monitors/checks/types/ping/output'

const lost = { received: 0, min: null, avg: null, max: null }

/** Recorded with iputils 20221126, BusyBox 1.35 and inetutils 2.4; that of macOS is from its manual. */
const OUTPUTS: [string, string, object][] = [
  [
    'iputils',
    `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.034 ms
64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=0.049 ms
64 bytes from 127.0.0.1: icmp_seq=3 ttl=64 time=0.043 ms

--- 127.0.0.1 ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 405ms
rtt min/avg/max/mdev = 0.034/0.042/0.049/0.006 ms
`,
    { received: 3, min: 0.034, avg: 0.042, max: 0.049 },
  ],
  [
    'iputils, IPv6',
    `PING ::1(::1) 56 data bytes
64 bytes from ::1: icmp_seq=1 ttl=64 time=0.029 ms

--- ::1 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.029/0.029/0.029/0.000 ms
`,
    { received: 1, min: 0.029, avg: 0.029, max: 0.029 },
  ],
  [
    'iputils, all lost',
    `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 0 received, 100% packet loss, time 204ms

`,
    lost,
  ],
  [
    'iputils, with duplicates and a pipe',
    `--- 192.0.2.1 ping statistics ---
2 packets transmitted, 2 received, +1 duplicates, 0% packet loss, time 1001ms
rtt min/avg/max/mdev = 11.034/1042.5/2049.000/0.006 ms, pipe 2
`,
    { received: 2, min: 11.034, avg: 1042.5, max: 2049 },
  ],
  [
    'BusyBox',
    `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.042 ms
64 bytes from 127.0.0.1: seq=1 ttl=64 time=0.089 ms

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
round-trip min/avg/max = 0.042/0.065/0.089 ms
`,
    { received: 2, min: 0.042, avg: 0.065, max: 0.089 },
  ],
  [
    'BusyBox, all lost',
    `PING 127.0.0.1 (127.0.0.1): 56 data bytes

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 0 packets received, 100% packet loss
`,
    lost,
  ],
  [
    'inetutils',
    `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: icmp_seq=0 ttl=64 time=0.054 ms
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.064 ms
--- 127.0.0.1 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
round-trip min/avg/max/stddev = 0.054/0.059/0.064/0.000 ms
`,
    { received: 2, min: 0.054, avg: 0.059, max: 0.064 },
  ],
  [
    'inetutils, all lost',
    `PING 127.0.0.1 (127.0.0.1): 56 data bytes
--- 127.0.0.1 ping statistics ---
2 packets transmitted, 0 packets received, 100% packet loss
`,
    lost,
  ],
  [
    'macOS',
    `PING 192.0.2.1 (192.0.2.1): 56 data bytes
64 bytes from 192.0.2.1: icmp_seq=0 ttl=52 time=21.356 ms
Request timeout for icmp_seq 1

--- 192.0.2.1 ping statistics ---
2 packets transmitted, 1 packets received, 50.0% packet loss
round-trip min/avg/max/stddev = 21.356/21.356/21.356/0.000 ms
`,
    { received: 1, min: 21.356, avg: 21.356, max: 21.356 },
  ],
]

test.each(OUTPUTS)('the statistics of %s are read', (_flavour, output, statistics) => {
  expect(readStatistics(output)).toEqual(statistics)
  expect(readReport(output)).toBeUndefined()
})

test.each(['', 'PING 127.0.0.1 (127.0.0.1): 56 data bytes\n', '3 packets transmitted, all received\n'])(
  '%j has no statistics',
  output => {
    expect(readStatistics(output)).toBeUndefined()
  },
)

test.each([
  ['PING 192.0.2.1\nFrom 198.51.100.1 icmp_seq=1 Destination Host Unreachable\n', 'Destination Host Unreachable'],
  ['PING 192.0.2.1\n92 bytes from 198.51.100.1: Time to live exceeded\n', 'Time to live exceeded'],
])('what a router says is found in %j', (output, report) => {
  expect(readReport(output)).toBe(report)
})

test.each([
  ['ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n', 'forbidden', 'socktype: SOCK_RAW'],
  ['ping: permission denied (are you root?)\n', 'forbidden', 'permission denied (are you root?)'],
  ['ping: Lacking privilege for icmp socket.\n', 'forbidden', 'Lacking privilege for icmp socket.'],
  ['ping: connect: Network is unreachable\n', 'unreachable', 'connect: Network is unreachable'],
  ['ping: connect: No route to host\n', 'unreachable', 'connect: No route to host'],
  ['ping: sendto: Network is unreachable\n', 'unreachable', 'sendto: Network is unreachable'],
  ['ping: sendto: Operation not permitted\n', 'unreachable', 'sendto: Operation not permitted'],
  ['ping: sending packet: Invalid argument\n', 'unreachable', 'sending packet: Invalid argument'],
  ['ping: unknown host\n', 'for ping6', 'unknown host'],
  ["ping: invalid option -- '6'\nTry 'ping --help'", '', "invalid option -- '6'"],
])('%j', (errors, kind, complaint) => {
  const kinds = { forbidden: isForbidden(errors), unreachable: isUnreachable(errors), 'for ping6': isForPing6(errors) }
  expect(Object.entries(kinds).flatMap(([name, is]) => (is ? name : []))).toEqual([kind].filter(Boolean))
  expect(complaintOf(errors)).toBe(complaint)
})
