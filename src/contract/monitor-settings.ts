import { z } from 'zod'
import { plainText } from './fields'
import { DNS_RECORD_TYPES, JSON_OPS, MONITOR_TYPES } from './values'

export const monitorType = z.enum(MONITOR_TYPES)
export type MonitorType = z.output<typeof monitorType>

const BODY_BYTES_MAX = 10 * 1024 * 1024
const status = z.union([z.number().int(), z.string().max(200)])
const family = z.enum(['any', '4', '6'])
const pem = plainText(64 * 1024)
/** May be empty. */
const storable = (max: number) => z.literal('').or(plainText(max))

const jsonRule = z.strictObject({
  /** JSONPath, such as `$.status` or `$.items[0].name`; the first value it selects counts. */
  path: plainText(500),
  op: z.enum(JSON_OPS).default('=='),
  /** Not needed for `exists`. */
  value: z.union([storable(4_096), z.number(), z.boolean(), z.null()]).optional(),
})

const headerRule = z.strictObject({
  name: plainText(200),
  /** A regular expression (RE2) that one of the header's values must match. */
  matches: plainText(500),
})

/** Settings by type. */
export const monitorSettings = {
  http: z.strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
    headers: z.record(plainText(200), storable(8_192)).default({}),
    body: z
      .string()
      .max(256 * 1024)
      .optional(),
    /** A status, a range, or a list of these. Default: 200-299. */
    expect_status: z.union([status, z.array(status).max(50)]).optional(),
    follow_redirects: z.boolean().default(true),
    /** The body must contain it. */
    keyword: plainText(1_000).optional(),
    /** The body must not contain it. */
    not_keyword: plainText(1_000).optional(),
    json: z.union([jsonRule, z.array(jsonRule).max(20)]).optional(),
    expect_headers: z.array(headerRule).max(20).optional(),
    basic: z.strictObject({ username: plainText(500), password: storable(4_000).optional() }).optional(),
    /** Sent as `Authorization: Bearer`. */
    bearer: plainText(8_000).optional(),
    /** A PEM certificate and its key, for servers that require one. */
    client_certificate: pem.optional(),
    client_key: pem.optional(),
    /** How much of a body is read, after decompression. */
    body_bytes_max: z
      .number()
      .int()
      .min(1)
      .max(BODY_BYTES_MAX)
      .default(1024 * 1024),
    http_version: z.enum(['1.1', '2']).default('1.1'),
    ip_family: family.default('any'),
    /** False: certificate problems are reported, but do not fail the check. */
    verify_tls: z.boolean().default(true),
  }),
  tcp: z.strictObject({
    /** `true` is the same as `tls`, `false` the same as `none`. */
    tls: z
      .union([z.enum(['none', 'tls', 'starttls']), z.boolean().transform(isTls => (isTls ? 'tls' : 'none'))])
      .default('none'),
    /** For `starttls`: the protocol that is spoken before. */
    protocol: z.enum(['smtp', 'imap', 'pop3', 'ftp', 'postgres']).optional(),
    /** Sent after connecting. `\\r`, `\\n`, `\\t`, `\\xHH` and `\\\\` are escapes. */
    send: plainText(4_096).optional(),
    /** A regular expression (RE2) that the answer must match. */
    expect: plainText(1_000).optional(),
    ip_family: family.default('any'),
  }),
  dns: z.strictObject({
    /** `host` or `host:port`. Default: the system's name servers. */
    server: plainText(300).optional(),
    record_type: z.enum(DNS_RECORD_TYPES).default('A'),
    /** Exactly these values, in any order. Default: at least one. */
    expected: z.union([plainText(1_000), z.array(plainText(1_000)).max(100)]).optional(),
    protocol: z.enum(['udp', 'tcp']).default('udp'),
  }),
  tls: z.strictObject({
    /** Name that is asked for (SNI) and that the certificate must have. Default: the target's host. */
    server_name: plainText(253).optional(),
    /** Part of the issuer's name. */
    issuer: plainText(200).optional(),
    min_version: z.enum(['TLSv1.2', 'TLSv1.3']).optional(),
    /** Down when the certificate expires sooner. */
    days_left_min: z.number().int().min(0).max(3_650).optional(),
    starttls: z.enum(['smtp', 'imap', 'pop3', 'ftp', 'postgres']).optional(),
    ip_family: family.default('any'),
  }),
  ping: z.strictObject({
    packets: z.number().int().min(1).max(10).default(1),
    /** Down when more than this share of the packets is lost. */
    loss_percent_max: z.number().min(0).max(99).default(0),
    ip_family: family.default('any'),
  }),
  push: z.strictObject({
    /** How late a heartbeat may be. */
    grace_seconds: z
      .number()
      .int()
      .min(0)
      .max(7 * 86_400)
      .default(10),
    /** When heartbeats are expected; default: every `interval_seconds`. */
    cron: plainText(200).optional(),
    timezone: plainText(100).optional(),
  }),
} as const satisfies Record<MonitorType, z.ZodType>
export type MonitorSettings = { [Type in MonitorType]: z.output<(typeof monitorSettings)[Type]> }
