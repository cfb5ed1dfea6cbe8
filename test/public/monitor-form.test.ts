import { type Draft, draftOf, nameOf, suggestedName, withType } from '../../public/monitors/draft'
import { changedSettingsOf, createBody, settingsOf, tryBody } from '../../public/monitors/draft-body'
import { jsonValue } from '../../public/monitors/json-value'
import { rowOf } from '../../public/monitors/rows'
import { fieldsOf } from '../../public/monitors/setting-fields'
import { monitorSettings } from '../../src/contract/monitor-settings'
import type { Monitor } from '../../src/contract/monitors'
import { MONITOR_TYPES } from '../../src/contract/values'

const ID = '00000000-0000-7000-8000-000000000001'
const T = '2026-11-30T04:00:00.000Z'

const monitor = (change: Partial<Monitor>): Monitor => ({
  ...{ id: ID, name: 'Shop', type: 'http', target: 'https://shop.example.org/', interval_seconds: 10 },
  ...{ timeout_ms: 5_000, retries: 2, retry_interval_seconds: 5, confirm_up: 1, settings: {}, has_secrets: [] },
  ...{ labels: { team: 'web' }, enabled: true, status: 'up', status_since: T, failures: 0, last_check: null },
  ...{ next_check_at: null, created_by: { type: 'system', id: '', name: '' } as never, created_at: T, updated_at: T },
  ...change,
})
const withTexts = (draft: Draft, texts: Record<string, string>): Draft => ({
  ...draft,
  texts: { ...draft.texts, ...texts },
})

test('the form has every setting of every type, and what it starts with is accepted', () => {
  for (const type of MONITOR_TYPES) {
    const names = new Set(fieldsOf(type).map(({ name }) => name.split('.')[0]))
    expect([type, [...names].sort()]).toEqual([type, Object.keys(monitorSettings[type].shape).sort()])
    const found = monitorSettings[type].safeParse(settingsOf(draftOf(null, type)))
    expect([type, found.error]).toEqual([type, undefined])
  }
})

test('a name is suggested until one is typed', () => {
  expect(suggestedName('http', 'https://www.example.org/')).toBe('example.org')
  expect(suggestedName('http', 'https://example.org:8443/health?x=1')).toBe('example.org/health')
  expect(suggestedName('http', 'exam')).toBe('')
  expect(suggestedName('tcp', ' db.example.org:5432 ')).toBe('db.example.org:5432')
  const draft = { ...draftOf(null), target: 'https://example.org/' }
  expect(nameOf(draft)).toBe('example.org')
  expect(nameOf({ ...draft, name: ' Shop ', isNameTyped: true })).toBe('Shop')
})

test('another type keeps what has nothing to do with the old one', () => {
  const draft = { ...withTexts(draftOf(null), { keyword: 'hello', retries: '3' }), target: 'example.org' }
  const body = createBody(withType(draft, 'dns'))
  expect(body).toMatchObject({ type: 'dns', target: 'example.org', retries: 3 })
  expect(body.settings).toEqual({ record_type: 'A', protocol: 'udp' })
  expect(createBody(withType(draft, 'push'))).not.toHaveProperty('target')
})

test('what is entered becomes settings', () => {
  const draft = withTexts(draftOf(null), {
    ...{ expect_status: '200, 301-302', 'basic.username': 'ops', 'basic.password': 'x', verify_tls: 'false' },
    body_bytes_max: '100',
  })
  draft.rows = {
    headers: [rowOf({ name: 'Accept', value: 'a' }), rowOf({ value: 'nameless' })],
    json: [rowOf({ path: '$.a', op: '>', value: '3' }), rowOf({ path: '$.b', op: 'exists', value: '' }), rowOf({})],
    expect_headers: [rowOf({ name: 'Server', matches: '^nginx' })],
  }
  expect(settingsOf(draft)).toMatchObject({
    ...{ expect_status: [200, '301-302'], basic: { username: 'ops', password: 'x' }, verify_tls: false },
    ...{ body_bytes_max: 100, headers: { Accept: 'a' }, expect_headers: [{ name: 'Server', matches: '^nginx' }] },
    json: [
      { path: '$.a', op: '>', value: 3 },
      { path: '$.b', op: 'exists' },
    ],
  })
  expect(settingsOf(withTexts(draftOf(null, 'dns'), { expected: '1.2.3.4\n\n 5.6.7.8 ' }))).toMatchObject({
    expected: ['1.2.3.4', '5.6.7.8'],
  })
})

test('values are what they are in JSON, otherwise text', () => {
  expect(['1', 'true', 'null', '"1"', 'ok', '{"a":1}', ''].map(jsonValue)).toEqual([
    ...[1, true, null, '1', 'ok', '{"a":1}', ''],
  ])
  const settings = { json: { path: '$.a', op: '==', value: '1' } }
  const draft = draftOf(monitor({ settings }))
  expect(settingsOf(draft).json).toEqual([settings.json])
})

describe('a change', () => {
  const settings = {
    ...{ method: 'GET', keyword: 'old', headers: { Accept: 'a', 'X-Old': 'b' }, basic: { username: 'ops' } },
  }
  const has_secrets = ['headers.Authorization', 'basic.password', 'bearer']
  const known = monitor({ settings, has_secrets })

  it('keeps secrets that are left empty, and never sends them', () => {
    const sent = changedSettingsOf(draftOf(known), known)
    expect(sent.headers).toEqual({ Accept: 'a', 'X-Old': 'b' })
    expect(sent.basic).toEqual({ username: 'ops' })
    expect(sent).not.toHaveProperty('bearer')
  })

  it('removes what was emptied', () => {
    const draft = { ...withTexts(draftOf(known), { keyword: '' }), removed: ['bearer'] }
    draft.rows = { ...draft.rows, headers: (draft.rows.headers ?? []).slice(0, 1) }
    const sent = changedSettingsOf(draft, known)
    expect(sent).toMatchObject({ keyword: null, bearer: null })
    expect(sent.headers).toEqual({ Accept: 'a', 'X-Old': null, Authorization: null })
  })

  it('replaces a secret', () => {
    const draft = withTexts(draftOf(known), { 'basic.password': 'new', bearer: 'token' })
    draft.rows = {
      ...draft.rows,
      headers: (draft.rows.headers ?? []).map(row =>
        row.isStored ? { ...row, values: { ...row.values, value: 'Bearer x' } } : row,
      ),
    }
    expect(changedSettingsOf(draft, known)).toMatchObject({
      ...{ basic: { username: 'ops', password: 'new' }, bearer: 'token' },
      headers: { Accept: 'a', 'X-Old': 'b', Authorization: 'Bearer x' },
    })
  })

  it('removes basic authentication as a whole', () => {
    const draft = { ...withTexts(draftOf(known), { 'basic.username': '' }), removed: ['basic.password'] }
    expect(changedSettingsOf(draft, known).basic).toBeNull()
  })

  it('is tried out with the secrets that are stored', () => {
    expect(tryBody(draftOf(known), known)).toMatchObject({ id: ID, type: 'http', timeout_ms: 5_000 })
    expect(tryBody(draftOf(null), null)).not.toHaveProperty('id')
  })
})
