import { changedSettings, joinedSettings, splitSettings } from '../../../src/monitors/monitors/secrets'

const settings = {
  method: 'GET',
  headers: { 'X-Plain': 'a', Authorization: 'Bearer abcdefghijkl', 'X-Api-Key': 'k' },
  basic: { username: 'me', password: 'hidden' },
  bearer: 'token',
}

test('secrets are stored apart, and put together again', () => {
  const split = splitSettings('http', settings)
  expect(split.plain).toEqual({ method: 'GET', headers: { 'X-Plain': 'a' }, basic: { username: 'me' } })
  expect(Object.keys(split.secrets).sort()).toEqual([
    'basic.password',
    'bearer',
    'headers.Authorization',
    'headers.X-Api-Key',
  ])
  expect(joinedSettings(split)).toEqual(settings)
})

test('a change keeps secrets that it does not mention, replaces those given, and removes with null', () => {
  const split = splitSettings('http', settings)
  expect(changedSettings(split, { method: 'HEAD' })).toEqual({ ...settings, method: 'HEAD' })
  expect(changedSettings(split, { bearer: null })).not.toHaveProperty('bearer')
  expect(changedSettings(split, { bearer: 'new' })).toMatchObject({ bearer: 'new' })
  expect(changedSettings(split, { basic: { username: 'you' } })).toMatchObject({
    basic: { username: 'you', password: 'hidden' },
  })
  expect(changedSettings(split, { basic: null })).not.toHaveProperty('basic')
  const headers = changedSettings(split, { headers: { 'X-Other': 'b', authorization: null } }).headers
  expect(headers).toEqual({ 'X-Other': 'b', 'X-Api-Key': 'k' })
})
