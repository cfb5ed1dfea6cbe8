import { type SendingPlace, startSender } from '../sending'

/** A separate process that sends, for tests to kill. */
async function main() {
  await startSender(JSON.parse(process.env.PLACE ?? '{}') as SendingPlace, { lockMs: 2_000 })
  process.stdout.write(`${JSON.stringify({ ready: 'yes' })}\n`)
}

void main()
