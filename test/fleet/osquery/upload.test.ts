import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { receive } from '../../../src/fleet/osquery/upload'

test('an error while a body is received fails its request only', async () => {
  const body = Readable.from([Buffer.from('one'), Buffer.from('two')]) as unknown as IncomingMessage
  const received = receive(body, 60_000, () => {
    throw new Error('a bug')
  })
  await expect(received).rejects.toThrow('a bug')
})
