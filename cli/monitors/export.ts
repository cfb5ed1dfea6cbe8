import { decodeText } from '../../text/decode'
import type { Context } from '../command'
import { EXIT } from '../exit'

/** Writes all monitors as YAML, or as JSON. */
export async function exportMonitors({ api, terminal }: Context, isJson: boolean): Promise<number> {
  if (isJson) {
    terminal.json(await api.get('/api/monitors/export'))
    return EXIT.ok
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of api.download('/api/monitors/export', { format: 'yaml' })) chunks.push(chunk)
  terminal.data(decodeText(Buffer.concat(chunks)))
  return EXIT.ok
}
