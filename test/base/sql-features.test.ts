import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../src/base/root'

/**
 * What PostgreSQL 14 cannot do, by the version that brought it (release notes 15 to 18, "SQL commands", "Functions",
 * "Data types"). What needs a parser, such as a subquery in FROM without an alias (16), is found by tests on the oldest
 * version that is installed (`test/deploy/pgbouncer.test.ts`).
 */
const NEWER: readonly [version: number, pattern: RegExp][] = [
  [15, /\bMERGE INTO\b/],
  [15, /\bNULLS (NOT )?DISTINCT\b/],
  [15, /\bON DELETE SET (NULL|DEFAULT) \(/],
  [15, /\bsecurity_invoker\b/],
  [15, /\bregexp_(count|instr|like|substr)\(/],
  [15, /\bSET ACCESS METHOD\b/],
  [16, /\bIS (NOT )?JSON\b/],
  [16, /\bJSON_(OBJECT|ARRAY)(AGG)?\([^)]*\b(ON NULL|RETURNING|UNIQUE)\b/],
  [16, /\b(json|jsonb)_(object|array)_agg_(strict|unique)/],
  [16, /\b(any_value|array_sample|array_shuffle|random_normal|date_add|date_subtract|erfc?|pg_input_is_valid)\(/],
  [16, /\bpg_stat_io\b/],
  [16, /\w+ (text|bytea|jsonb?) STORAGE\b/],
  [16, /[^\w$:'"-]\d+_\d+\b/],
  [17, /\bJSON_(TABLE|VALUE|QUERY|EXISTS|SCALAR|SERIALIZE)\(/],
  [17, /\b(to_bin|to_oct|uuid_extract_(timestamp|version)|xmltext|pg_basetype)\(/],
  [17, /\bAT LOCAL\b/],
  [17, /\brandom\([^)]+\)/],
  [17, /\btransaction_timeout\b/],
  [18, /\buuidv[47]\(/],
  [18, /\bRETURNING\b[^;]*\b(old|new)\./],
  [18, /\b(WITHOUT OVERLAPS|NOT ENFORCED)\b/],
  [18, /\bGENERATED ALWAYS AS \((?![\s\S]*?\) STORED)/],
  [18, /\b(casefold|array_reverse|array_sort|crc32c?|gamma|lgamma)\(/],
]

/** Numbers with `_` are TypeScript's; only SQL text is looked at. */
const TEXTS = /`(?:[^`\\]|\\[\s\S])*`|'(?:[^'\\\n]|\\.)*'/g
const IS_SQL = /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|WITH|SET LOCAL|RETURNING|WHERE|JOIN)\b/

const filesIn = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending))
    .map(name => ({ name: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') }))

const withoutComments = (sql: string) => sql.replace(/--.*/g, '')
const newerIn = (sql: string) =>
  NEWER.filter(([, pattern]) => pattern.test(sql)).map(([version, p]) => `${version}: ${p}`)

test('migrations use nothing that PostgreSQL 14 does not have', () => {
  const found = filesIn('migrations', '.sql').flatMap(({ name, text }) =>
    newerIn(withoutComments(text)).map(what => `${name} ${what}`),
  )
  expect(found).toEqual([])
})

test('statements use nothing that PostgreSQL 14 does not have', () => {
  const found = ['src', 'workers'].flatMap(folder =>
    filesIn(folder, '.ts').flatMap(({ name, text }) =>
      (text.match(TEXTS) ?? [])
        .map(each => each.replace(/\$\{[^}]*\}/g, ' '))
        .filter(each => IS_SQL.test(each))
        .flatMap(sql => newerIn(sql).map(what => `${name} ${what}`)),
    ),
  )
  expect(found).toEqual([])
})

test.each([
  'SELECT 1_000',
  'CREATE UNIQUE INDEX a ON b (c) NULLS NOT DISTINCT',
  'UPDATE a SET b = 1 RETURNING old.b',
  'SELECT uuidv7()',
  'b int GENERATED ALWAYS AS (a * 2)',
])('%s would be found', sql => expect(newerIn(sql)).not.toEqual([]))
