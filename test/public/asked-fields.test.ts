import { askedFields, secretsOf } from '../../public/alert-routes/asked-fields'
import type { AskedSetting } from '../../src/contract/alert-routes'

const password = (receiver: string): AskedSetting => ({
  ...{ receiver, type: 'email', setting: 'password' },
  ...{ because: 'It is in a file.', path: 'global.smtp_auth_password_file', line: 2 },
})
const hook: AskedSetting = {
  ...{ receiver: 'c', type: 'webhook', setting: 'url' },
  ...{ because: 'A variable.', path: 'receivers.2.webhook_configs.0.url', line: 9 },
}

test('what several receivers would have from one place of a file is asked for once', () => {
  const fields = askedFields([password('a'), hook, password('b')])
  expect(fields).toEqual([
    expect.objectContaining({ receivers: ['a', 'b'], label: 'Password', type: 'password' }),
    expect.objectContaining({ receivers: ['c'], label: 'Address', type: 'url' }),
  ])
  const [first, second] = fields.map(({ key }) => key)
  expect(secretsOf(fields, { [first ?? '']: ' pw ', [second ?? '']: ' ' })).toEqual({
    a: { password: 'pw' },
    b: { password: 'pw' },
  })
})
