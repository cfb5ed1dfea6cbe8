import type { MonitorType } from '../../src/contract/monitor-settings'
import { DNS_RECORD_TYPES, JSON_OPS } from '../../src/contract/values'
import type { RowPart } from './rows-field'

type Choice = readonly [value: string, title: string]

/** A setting of a monitor in the form. */
export interface SettingField {
  /** As in the contract; `basic.username` is inside of `basic`. */
  name: string
  label: string
  hint?: string
  /** `list` has one value per line; `statuses` are numbers and ranges, separated by commas. */
  type: 'text' | 'number' | 'choice' | 'switch' | 'area' | 'secret' | 'list' | 'statuses' | 'rows'
  choices?: readonly Choice[]
  parts?: readonly RowPart[]
  /** On the button for another row. */
  more?: string
  /** What holds when nothing is given. */
  initial?: string
}

export interface SettingGroup {
  title: string
  /** Seldom needed, so it is folded. */
  isFolded?: true
  fields: readonly SettingField[]
}

const FAMILY: SettingField = {
  ...{ name: 'ip_family', label: 'Addresses', type: 'choice', initial: 'any' },
  choices: [
    ['any', 'IPv4 or IPv6'],
    ['4', 'IPv4 only'],
    ['6', 'IPv6 only'],
  ],
}
const STARTTLS_PROTOCOLS: readonly Choice[] = [
  ['smtp', 'SMTP'],
  ['imap', 'IMAP'],
  ['pop3', 'POP3'],
  ['ftp', 'FTP'],
  ['postgres', 'PostgreSQL'],
]
const titled = (values: readonly string[]): Choice[] => values.map(value => [value, value])

const HTTP: readonly SettingGroup[] = [
  {
    title: 'What it must answer',
    fields: [
      {
        ...{ name: 'expect_status', label: 'Status codes', type: 'statuses' },
        hint: '200-299 if empty; such as 200, 301-302',
      },
      { name: 'keyword', label: 'The body contains', type: 'text' },
      { name: 'not_keyword', label: 'The body does not contain', type: 'text' },
      {
        ...{ name: 'json', label: 'Values in a JSON body', type: 'rows', more: 'Another value' },
        hint: 'All must hold. The path is a JSONPath, such as $.status',
        parts: [
          { name: 'path', title: 'path', hint: '$.status' },
          { name: 'op', title: 'comparison', options: JSON_OPS },
          { name: 'value', title: 'value' },
        ],
      },
      {
        ...{ name: 'expect_headers', label: 'Headers of the answer', type: 'rows', more: 'Another header' },
        hint: 'Regular expressions (RE2) that they match',
        parts: [
          { name: 'name', title: 'header' },
          { name: 'matches', title: 'matches' },
        ],
      },
    ],
  },
  {
    title: 'Request',
    isFolded: true,
    fields: [
      {
        ...{ name: 'method', label: 'Method', type: 'choice', initial: 'GET' },
        choices: titled(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
      },
      {
        ...{ name: 'headers', label: 'Headers', type: 'rows', more: 'Another header' },
        parts: [
          { name: 'name', title: 'header' },
          { name: 'value', title: 'value' },
        ],
      },
      { name: 'body', label: 'Body', type: 'area' },
      { name: 'basic.username', label: 'User name (basic authentication)', type: 'text' },
      { name: 'basic.password', label: 'Password', type: 'secret' },
      { name: 'bearer', label: 'Bearer token', type: 'secret' },
      { name: 'client_certificate', label: 'Client certificate (PEM)', type: 'area' },
      { name: 'client_key', label: 'Its private key (PEM)', type: 'secret' },
    ],
  },
  {
    title: 'Connection',
    isFolded: true,
    fields: [
      { name: 'follow_redirects', label: 'follow redirects', type: 'switch', initial: 'true' },
      { name: 'verify_tls', label: 'fail if the certificate is not valid', type: 'switch', initial: 'true' },
      {
        ...{ name: 'http_version', label: 'HTTP version', type: 'choice', initial: '1.1' },
        choices: [
          ['1.1', 'HTTP/1.1'],
          ['2', 'HTTP/2'],
        ],
      },
      FAMILY,
      {
        ...{ name: 'body_bytes_max', label: 'Longest body, in bytes', type: 'number', initial: '1048576' },
        hint: 'Counted after decompression',
      },
    ],
  },
]

/** The settings of each type, in the order of the form. */
export const SETTING_GROUPS: Record<MonitorType, readonly SettingGroup[]> = {
  http: HTTP,
  tcp: [
    {
      title: 'Connection',
      fields: [
        {
          ...{ name: 'tls', label: 'Encryption', type: 'choice', initial: 'none' },
          choices: [
            ['none', 'none'],
            ['tls', 'TLS from the start'],
            ['starttls', 'STARTTLS'],
          ],
        },
        {
          ...{ name: 'protocol', label: 'Protocol, for STARTTLS', type: 'choice', initial: '' },
          choices: [['', 'none'], ...STARTTLS_PROTOCOLS],
        },
        FAMILY,
      ],
    },
    {
      title: 'What it must answer',
      fields: [
        { name: 'send', label: 'Text that is sent', type: 'text', hint: 'With \\r \\n \\t \\xHH for other characters' },
        { name: 'expect', label: 'The answer matches', type: 'text', hint: 'A regular expression (RE2)' },
      ],
    },
  ],
  dns: [
    {
      title: 'Question',
      fields: [
        {
          ...{ name: 'record_type', label: 'Record type', type: 'choice', initial: 'A' },
          choices: titled(DNS_RECORD_TYPES),
        },
        { name: 'server', label: 'Name server', type: 'text', hint: 'Those of the system if empty' },
        {
          ...{ name: 'protocol', label: 'Protocol', type: 'choice', initial: 'udp' },
          choices: [
            ['udp', 'UDP'],
            ['tcp', 'TCP'],
          ],
        },
        {
          ...{ name: 'expected', label: 'Expected values, one per line', type: 'list' },
          hint: 'Exactly these, in any order; at least one of any value if empty',
        },
      ],
    },
  ],
  tls: [
    {
      title: 'Certificate',
      fields: [
        { name: 'days_left_min', label: 'Days it must still be valid', type: 'number', hint: '0 if empty' },
        { name: 'server_name', label: 'Name it must have', type: 'text', hint: 'The host of the target if empty' },
        { name: 'issuer', label: "Part of the issuer's name", type: 'text' },
        {
          ...{ name: 'min_version', label: 'Lowest version', type: 'choice', initial: '' },
          choices: [['', 'any'], ...titled(['TLSv1.2', 'TLSv1.3'])],
        },
        {
          ...{ name: 'starttls', label: 'STARTTLS', type: 'choice', initial: '' },
          choices: [['', 'TLS from the start'], ...STARTTLS_PROTOCOLS],
        },
        FAMILY,
      ],
    },
  ],
  ping: [
    {
      title: 'Packets',
      fields: [
        { name: 'packets', label: 'Packets per check', type: 'number', initial: '1' },
        { name: 'loss_percent_max', label: 'Down when more percent are lost than', type: 'number', initial: '0' },
        FAMILY,
      ],
    },
  ],
  push: [
    {
      title: 'Heartbeats',
      fields: [
        {
          ...{ name: 'grace_seconds', label: 'How late they may be, in seconds', type: 'number', initial: '10' },
        },
        {
          ...{ name: 'cron', label: 'Expected by a cron expression', type: 'text' },
          hint: 'minute hour day month weekday; instead of the interval',
        },
        { name: 'timezone', label: 'Its time zone', type: 'text', hint: 'UTC if empty; such as Europe/Berlin' },
      ],
    },
  ],
}

/** Where each type is directed, with an example. */
export const TARGETS: Record<MonitorType, { label: string; hint: string } | null> = {
  http: { label: 'Address', hint: 'https://example.org/' },
  tcp: { label: 'Host and port', hint: 'db.example.org:5432' },
  dns: { label: 'Name', hint: 'example.org' },
  tls: { label: 'Host and port', hint: 'example.org:443' },
  ping: { label: 'Host', hint: 'router.example.org' },
  push: null,
}

/** What each type is for. */
export const TYPE_HELP: Record<MonitorType, string> = {
  http: 'Requests a page or an API, and looks at its answer and its certificate.',
  tcp: 'Connects to a port, and may send text and look at the answer.',
  dns: 'Asks a name server for records.',
  tls: 'Looks at the certificate of a server in detail.',
  ping: 'Sends ICMP echo requests to a host.',
  push: 'Waits for heartbeats: a job reports that it ran, and its silence is the alarm.',
}

export const fieldsOf = (type: MonitorType): SettingField[] => SETTING_GROUPS[type].flatMap(({ fields }) => [...fields])
