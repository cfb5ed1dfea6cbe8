import { plainText } from '../../access'
import { uuid, z } from '../../base/parse'
import { defineKind } from '../../jobs'
import { sqlText } from '../statement-input'

const SQL_CHARACTERS_MAX = 32_000
const DEADLINE_SECONDS_MAX = 7 * 24 * 3_600
/** With these the input of the job still fits; larger groups are what labels are for. */
const HOSTS_MAX = 5_000
const GROUPS_MAX = 100

/** Shorter than what may be kept: the input of the job holds the ids of hosts, too. */
export const liveSql = sqlText.max(SQL_CHARACTERS_MAX)

export const targetsSchema = z
  .strictObject({
    all: z.literal(true).optional(),
    host_ids: z
      .array(uuid.transform(id => id.toLowerCase()))
      .min(1)
      .max(HOSTS_MAX)
      .optional(),
    /** As osquery names them, or `linux` for all that are one. */
    platforms: z.array(plainText(64)).min(1).max(GROUPS_MAX).optional(),
    /** Names or ids. */
    labels: z.array(plainText(200)).min(1).max(GROUPS_MAX).optional(),
  })
  .refine(given => Object.values(given).some(Boolean), 'Name targets: all, host_ids, platforms or labels.')

export type Targets = z.output<typeof targetsSchema>

export const queryInput = z.strictObject({
  sql: liveSql,
  /** A host that fits any of these is asked. */
  targets: targetsSchema,
  deadline_seconds: z.number().int().min(1).max(DEADLINE_SECONDS_MAX).default(60),
})
export type QueryInput = z.output<typeof queryInput>

/**
 * A live query. Hosts are asked and answer through the web processes; the job stands for the whole of it: it fixes the
 * targets, shows progress, and ends the query at its deadline. A host that does not answer is a result, not a failure.
 */
export const query = defineKind({
  name: 'query',
  queue: 'fleet',
  input: queryInput,
  options: { attempts: 3, resumable: true },
})
