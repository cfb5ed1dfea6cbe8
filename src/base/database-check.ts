import { adviceOn } from './database-advice'
import type { Db } from './db'
import { messageOf, StartError } from './errors'
import { z } from './parse'
import { oneRow } from './rows'

/** Allows for servers that are started together with this process. */
export const START_TIMEOUT_MS = 10_000
const RETRY_MS = 250
const POSTGRES_VERSION_MIN = 14
/** Connection refused, unknown host (container DNS may lag) or still starting up. */
const TRANSIENT = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', '57P03'])
/** A server that is busy, for example with its recovery, and pgbouncer whose server has not started yet. */
const TRANSIENT_TEXT = /timeout expired|server_login_retry/

/**
 * Checks at startup that the database is reachable and usable.
 * @throws StartError that says what is wrong and which setting to check
 */
export async function requireDatabase(db: Db, url: string, timeoutMs = START_TIMEOUT_MS): Promise<void> {
  const server = await readServer(db, timeoutMs).catch(error => {
    throw new StartError(
      `PostgreSQL at ${displayAddress(url)} cannot be used: ${messageOf(error).replace(/\.$/, '')}.\n${adviceOn(error)}`,
    )
  })
  const problem = problemOf(server)
  if (problem) throw new StartError(`PostgreSQL at ${displayAddress(url)} cannot be used: ${problem}`)
}

const serverRow = z.object({
  version: z.number(),
  encoding: z.string(),
  read_only: z.boolean(),
  role: z.string(),
  schema: z.string().nullable(),
  search_path: z.string(),
  may_create: z.boolean().nullable(),
  /** Schema of the existing tables, and their owner; null before the first start. */
  home: z.string().nullable(),
  owner: z.string().nullable(),
  is_owner: z.boolean().nullable(),
})
type Server = z.output<typeof serverRow>

function problemOf({
  version,
  encoding,
  read_only,
  role,
  schema,
  search_path,
  may_create,
  home,
  owner,
  is_owner,
}: Server): string | undefined {
  const major = Math.floor(version / 10_000)
  if (major < POSTGRES_VERSION_MIN) return `it is version ${major}; Tailrace needs ${POSTGRES_VERSION_MIN} or newer.`
  if (encoding !== 'UTF8')
    return `the database has the encoding ${encoding}; Tailrace needs UTF8.
Create one with: create database tailrace encoding 'UTF8' template template0`
  if (read_only)
    return `it is read-only: it is a standby, or default_transaction_read_only is on.
Use the address of the primary, or run: alter role "${role}" set default_transaction_read_only = off`
  if (schema === null)
    return `no schema in its search_path (${search_path}) exists. Run as its owner: create schema tailrace authorization "${role}"
and name it in DATABASE_URL (?options=-c%20search_path%3Dtailrace) or with: alter role "${role}" set search_path = tailrace`
  if (home !== null && home !== schema)
    return `its tables are in the schema "${home}", but its search_path (${search_path}) begins with "${schema}", where new tables would be created.
To use those tables, set the search_path to "${home}" alone; for another installation, to "${schema}" alone.`
  if (!may_create)
    return `the role "${role}" may not create tables in the schema "${schema}".
Run as its owner: grant usage, create on schema "${schema}" to "${role}"`
  if (is_owner === false)
    return `its tables belong to "${owner}", and the role "${role}" may not change them. Use the role "${owner}" in DATABASE_URL.`
  return undefined
}

async function readServer(db: Db, timeoutMs: number) {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      return await oneRow(
        db,
        serverRow,
        `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
           current_setting('transaction_read_only')::boolean as read_only, current_user as role,
           current_schema as schema, current_setting('search_path') as search_path,
           has_schema_privilege(current_schema, 'create') as may_create, nspname as home,
           pg_get_userbyid(relowner) as owner, pg_has_role(relowner, 'usage') as is_owner
         from (select 1) as server left join pg_class on pg_class.oid = to_regclass('stream_topics')
           left join pg_namespace on pg_namespace.oid = relnamespace`,
      )
    } catch (error) {
      if (!isTransient(error) || Date.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** Whether a retry may succeed. */
function isTransient(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException
  const isMissingSocket = code === 'ENOENT' && syscall === 'connect'
  return isMissingSocket || TRANSIENT.has(String(code)) || TRANSIENT_TEXT.test(messageOf(error))
}

/** A URL without user, password and options, for messages. */
export const displayAddress = (url: string) => url.replace(/[a-z+]+:\/\/([^@/,]*@)?/gi, '').replace(/\?.*/, '')
