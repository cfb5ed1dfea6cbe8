import { ApiError, errorOf, respond } from './api'

/**
 * Posts a request whose reply comes line by line (NDJSON), and passes on each line when it has arrived.
 * @throws ApiError if it is refused, or if the reply ends within a line
 */
export async function postLines(
  path: string,
  body: unknown,
  onLine: (line: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await respond('POST', path, body, { accept: 'application/x-ndjson' }, signal)
  if (!response.ok || response.body === null) throw errorOf(response, await response.json().catch(() => null))
  const texts = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (let read = await texts.read(); !read.done; read = await texts.read()) {
      const lines = (rest + read.value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') onLine(JSON.parse(line))
    }
  } catch {
    throw new ApiError(0, 'interrupted', 'The connection was interrupted. Try again.')
  }
  if (rest !== '') onLine(JSON.parse(rest))
}
