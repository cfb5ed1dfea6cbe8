import { scripted } from '../kinds'
import { type Place, startNode } from '../node'

/** A separate worker process that tests can kill. */
async function main() {
  const place = JSON.parse(process.env.PLACE ?? '{}') as Place
  const node = await startNode(place, { handlers: scripted, lockMs: 1_000, shutdownMs: 2_000 })
  process.on('SIGTERM', () => void node.stop().then(() => process.exit(0)))
  process.stdout.write(`${JSON.stringify({ ready: 'yes' })}\n`)
}

void main()
