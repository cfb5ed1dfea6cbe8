import { uuid, z } from '../../base/parse'
import { defineKind } from '../../jobs'

const SQL_CHARACTERS_MAX = 32_000
const DEADLINE_SECONDS_MAX = 7 * 24 * 3_600
/** With these the input of the job still fits; larger groups are what labels are for. */
const HOSTS_MAX = 5_000
const GROUPS_MAX = 100

const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0\p{Surrogate}]*$/u, 'must not hold NUL or half characters')

/** osqueryd drops an empty query together with all that come after it in the same answer. */
export const sqlText = text(SQL_CHARACTERS_MAX).refine(sql => sql.trim() !== '', 'must not be empty')

export const targetsSchema = z
  .strictObject({
    all: z.literal(true).optional(),
    host_ids: z
      .array(uuid.transform(id => id.toLowerCase()))
      .min(1)
      .max(HOSTS_MAX)
      .optional(),
    /** As osquery names them, or `linux` for all that are one. */
    platforms: z.array(text(64)).min(1).max(GROUPS_MAX).optional(),
    /** Names or ids. */
    labels: z.array(text(200)).min(1).max(GROUPS_MAX).optional(),
  })
  .refine(given => Object.values(given).some(Boolean), 'Name targets: all, host_ids, platforms or labels.')

export type Targets = z.output<typeof targetsSchema>

export const queryInput = z.strictObject({
  sql: sqlText,
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
