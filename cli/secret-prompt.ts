import { decodeText } from '../text/decode'
import { EXIT, Failure } from './exit'

const LENGTH_MAX = 4_096

/** Reads one line from standard input. A terminal does not show it. */
export async function readSecret(question: string, note: (text: string) => void): Promise<string> {
  const { stdin } = process
  if (!stdin.isTTY) return readLine(stdin)
  process.stderr.write(question)
  stdin.setRawMode(true)
  try {
    return await readKeys(stdin)
  } finally {
    stdin.setRawMode(false)
    note('')
  }
}

async function readLine(stdin: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stdin) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LENGTH_MAX) throw new Failure(EXIT.usage, 'The input is too long for a token.')
  }
  return decodeText(Buffer.concat(chunks)).trim()
}

/** Reads raw keys: the terminal neither shows them nor turns Ctrl-C into a signal. */
function readKeys(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const finish = (settle: () => void) => {
      stdin.off('data', take)
      stdin.pause()
      settle()
    }
    const take = (keys: string) => {
      for (const key of keys) {
        if (key === '\r' || key === '\n' || key === '\x04') return finish(() => resolve(text.trim()))
        if (key === '\x03') return finish(() => reject(new Failure(EXIT.interrupted, 'Nothing was saved.')))
        text = key === '\x7f' || key === '\b' ? text.slice(0, -1) : `${text}${key}`.slice(0, LENGTH_MAX)
      }
    }
    stdin.setEncoding('utf8').on('data', take).resume()
  })
}
