import { randomBytes } from 'node:crypto'

const FILE_BYTES = 20_000
const TAR_BLOCK = 512

/**
 * A POSIX ustar archive with random content for each file. Without files it consists of the two empty end blocks, like
 * the agent's own archives (osquery/carver/carver_utils.cpp).
 */
export function tarOf(paths: readonly string[]): Buffer {
  return Buffer.concat([...paths.flatMap(path => [headOf(path), fileContent()]), Buffer.alloc(2 * TAR_BLOCK)])
}

const fileContent = () =>
  Buffer.concat([randomBytes(FILE_BYTES), Buffer.alloc((TAR_BLOCK - (FILE_BYTES % TAR_BLOCK)) % TAR_BLOCK)])

const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`

function headOf(path: string): Buffer {
  const head = Buffer.alloc(TAR_BLOCK)
  const name = path.replaceAll('\\', '/').replace(':', '').replace(/^\//, '').slice(0, 99)
  const [mode, owner, group] = [octal(0o644, 7), octal(0, 7), octal(0, 7)]
  const fields: [at: number, text: string][] = [
    [0, name],
    [100, mode],
    [108, owner],
    [116, group],
  ]
  fields.push([124, octal(FILE_BYTES, 11)], [136, octal(0, 11)], [148, ' '.repeat(8)])
  fields.push([156, '0'], [257, 'ustar\0'], [263, '00'])
  for (const [at, text] of fields) head.write(text, at, 'latin1')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return head
}
