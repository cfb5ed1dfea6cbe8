import { z } from 'zod'
import { flag } from './fields'
import { labelSet } from './matchers'
import { monitorType } from './monitor-settings'
import type { Routes } from './route'
import { IMPORT_FORMATS } from './values'

/** One monitor in an export. Secrets are left out. */
const exported = z.object({
  name: z.string(),
  type: monitorType,
  target: z.string().nullable(),
  interval_seconds: z.number(),
  timeout_ms: z.number(),
  retries: z.number(),
  retry_interval_seconds: z.number(),
  confirm_up: z.number(),
  settings: z.record(z.string(), z.unknown()),
  has_secrets: z.array(z.string()),
  labels: labelSet,
  enabled: z.boolean(),
})
export const monitorExport = z.object({ version: z.literal(1), monitors: z.array(exported) })
export type MonitorExport = z.output<typeof monitorExport>

/** What an import does, or with `dry_run` would do, to one monitor. Monitors are recognized by name. */
const importStep = z.object({
  name: z.string(),
  action: z.enum(['create', 'update', 'remove', 'unchanged', 'refused']),
  /** Of an update. */
  fields: z.array(z.string()),
  /** Why it is refused, or what is not carried over. */
  notes: z.array(z.string()),
})
export const importReport = z.object({
  dry_run: z.boolean(),
  counts: z.object({
    create: z.number(),
    update: z.number(),
    remove: z.number(),
    unchanged: z.number(),
    refused: z.number(),
  }),
  steps: z.array(importStep),
  /** Parts of the file that are no monitors and were left out. */
  left_out: z.array(z.string()),
  /** Of new push monitors; shown once. */
  push_urls: z.array(z.object({ name: z.string(), push_url: z.string() })),
})
export type ImportReport = z.output<typeof importReport>

const importFormat = z.enum(IMPORT_FORMATS)
export type ImportFormat = z.output<typeof importFormat>
const IMPORT_BYTES_MAX = 16 * 1024 * 1024

export const monitorImportRoutes = {
  export: {
    method: 'get',
    path: '/api/monitors/export',
    role: 'viewer',
    summary: 'Exports all monitors, without their secrets, in the form that an import takes.',
    query: z.strictObject({ format: z.enum(['json', 'yaml']).default('json') }),
    replies: { 200: monitorExport },
  },
  import: {
    method: 'post',
    path: '/api/monitors/import',
    role: 'operator',
    summary:
      'Creates and changes monitors so that they are as in a file: an export, or a file of Uptime Kuma or Gatus. Monitors that are not in it stay, unless `remove` is set.',
    query: z.strictObject({ dry_run: flag.default(false), remove: flag.default(false) }),
    body: z.union([
      z.object({ version: z.literal(1).optional(), monitors: z.array(z.record(z.string(), z.unknown())).max(20_000) }),
      z.strictObject({ format: importFormat, content: z.string().min(1).max(IMPORT_BYTES_MAX) }),
    ]),
    bodyBytesMax: IMPORT_BYTES_MAX,
    replies: { 200: importReport },
  },
} as const satisfies Routes
