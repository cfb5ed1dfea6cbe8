import { adviceOn } from '../../../public/fleet/sql-editor/advice'
import { completionAt } from '../../../public/fleet/sql-editor/completion'
import { schemaOf } from '../../../public/fleet/tables'

const schema = schemaOf(`# Tables of osquery 5.23.1: some
processes dlw pid:bigint name:text upid:bigint~
users dlw uid:bigint username:text
file dlw path:text! directory:text! size:bigint
registry w key:text! name:text
process_events dle pid:bigint path:text`)

/** Completes a text at the position of `|`. */
function at(text: string) {
  const cursor = text.indexOf('|')
  return completionAt(text.replace('|', ''), cursor, schema)
}
const labels = (text: string, kind: string) =>
  at(text)
    ?.options.filter(option => option.kind === kind)
    .map(option => option.label)

describe('completions', () => {
  const ALL = ['processes', 'users', 'file', 'registry', 'process_events']
  it.each([
    'select * from |',
    'select * from pro|',
    'select * from users join |',
    'select * from users u, |',
    'select * from users where uid in (select uid from |)',
    'select 1; select * from |',
  ])('tables: %s', text => {
    expect(labels(text, 'table')).toEqual(ALL)
    expect(labels(text, 'column')).toEqual([])
  })

  it.each([
    ['select p.| from processes p', ['pid', 'name', 'upid']],
    ['select p.na| from processes as p join users u', ['pid', 'name', 'upid']],
    ['select "P".| from processes "p"', ['pid', 'name', 'upid']],
    ['select users.| from users', ['uid', 'username']],
    ['select x.| from users', []],
    ['select | from users', ['uid', 'username']],
    ['select * from users where |', ['uid', 'username']],
    ['select * from users where uid in (1, |)', ['uid', 'username']],
    ['select * from users order by |', ['uid', 'username']],
    ['select name from processes; select | from users', ['uid', 'username']],
  ])('columns: %s', (text, columns) => {
    expect(labels(text, 'column')).toEqual(columns)
    expect(labels(text, 'table')).toEqual([])
  })

  it('are absent in strings, comments and numbers', () => {
    for (const text of ["select 'fr|om'", "select 'from |", 'select 1 -- from |', 'select /* | */ 1', 'select 12|']) {
      expect([text, at(text)]).toEqual([text, null])
    }
  })

  it('replace the word at the cursor', () => {
    expect(at('select * from pro|cesses')?.from).toBe(14)
    expect(at('select p.na| from processes p')?.from).toBe(9)
    expect(at('select * from |')?.from).toBe(14)
  })

  it('are keywords at the start of a statement, and columns, functions and keywords later', () => {
    expect(at('sel|')?.options.map(option => option.label)).toEqual(['select', 'with', 'explain'])
    expect(labels('select | from users', 'function')).toContain('regex_match')
    expect(labels('select | from users', 'keyword')).toContain('distinct')
  })

  it('include common table expressions', () => {
    expect(labels('with recent as (select * from users) select * from |', 'table')).toEqual(['recent', ...ALL])
  })

  it('show types, marks and the tables of a column', () => {
    const detail = (text: string, label: string) => at(text)?.options.find(option => option.label === label)?.detail
    expect(detail('select | from processes', 'upid')).toBe('bigint · hidden')
    expect(detail('select | from file', 'path')).toBe('text · required')
    expect(detail('select | from processes a join process_events b', 'pid')).toBe('bigint · a · b')
    expect(detail('select * from |', 'process_events')).toBe('macOS, Linux · events')
    expect(detail('select * from |', 'users')).toBe('all')
  })
})

describe('advice', () => {
  it.each([
    ['select * from users', []],
    ["select * from file where path = '/x'", []],
    ['select * from processes p join file f on f.path = p.name', []],
    ['select * from file', ['file returns no rows without a condition on path or directory.']],
    ['select * from nope', ['osquery 5.23.1 has no table nope, unless an extension provides it.']],
    ["select * from registry where key = 'x'", ['registry exists only on Windows.']],
    ['with a as (select 1) select * from a', []],
    ['select * from users; select 1;', ['osquery returns only the columns of the first statement. Use one statement.']],
    ["select value from json_each('[1]')", []],
  ])('on %s', (sql, advice) => expect(adviceOn(sql, schema)).toEqual(advice))
})
