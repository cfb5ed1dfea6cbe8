import { HEAD_BYTES_MAX, HeadReader } from '../../src/base/http/head-reader'

const head = (bytes: number) => {
  const [start, end] = ['HTTP/1.1 200 OK\r\nX: ', '\r\n\r\n']
  return Buffer.from(`${start}${'x'.repeat(bytes - start.length - end.length)}${end}`)
}

test.each([
  ['in one piece', Number.POSITIVE_INFINITY],
  ['in pieces', 64 * 1024],
])('the size of a head is limited, whether it arrives %s, not counting the data after it', (_how, size) => {
  const feed = (bytes: Buffer) => {
    const reader = new HeadReader()
    for (let at = 0; at < bytes.length; at += size) {
      const found = reader.take(bytes.subarray(at, Math.min(at + size, bytes.length)))
      if (found) return found
    }
    return undefined
  }
  const body = Buffer.alloc(HEAD_BYTES_MAX)
  expect(feed(Buffer.concat([head(HEAD_BYTES_MAX), body]))?.raw).toHaveLength(HEAD_BYTES_MAX)
  expect(() => feed(Buffer.concat([head(HEAD_BYTES_MAX + 1), body]))).toThrow('larger than 256 KiB')
})
