import type { ImportFormat, ImportReport } from '../../src/contract/monitor-import'
import { IMPORT_FORMATS } from '../../src/contract/values'
import { clean } from '../../text/display'
import { counted } from '../../text/numbers'
import type { Context } from '../command'
import { confirm } from '../confirm'
import { EXIT, Failure, wrongUsage } from '../exit'
import { readText } from '../read-text'
import { countsText, planText } from './plan-text'

export interface ApplyOptions {
  format?: string
  remove?: boolean
  yes?: boolean
  json?: boolean
  /** Only shows the plan. */
  isPlan: boolean
}

/** Makes monitors as they are in a file: shows what would change, asks, and does it. @returns the exit code */
export async function applyMonitors(context: Context, file: string, options: ApplyOptions): Promise<number> {
  const { isPlan, json, yes } = options
  if (json && !yes && !isPlan) throw wrongUsage('With --json nothing is asked: give --yes, or --dry-run.')
  const send = senderOf(context, file, options)
  const plan = await send({ dry_run: true })
  const { create, update, remove, refused } = plan.counts
  const hasChanges = create + update + remove > 0
  const isAll = isPlan || refused > 0 || !hasChanges
  if (!json) context.terminal.write(`${planText(context.terminal, plan)}${countsText(plan)}\n`)
  else if (isAll) context.terminal.json(plan)
  if (refused > 0) throw new Failure(EXIT.failed, `${counted(refused, 'monitor')} refused: nothing is changed.`)
  if (isAll) return hasChanges ? EXIT.changes : EXIT.ok
  if (!yes && !(await confirm('Apply this?'))) throw new Failure(EXIT.failed, 'Nothing is changed.')
  context.requireOutcome()
  show(context, await send({ dry_run: false }), options)
  return EXIT.ok
}

function senderOf({ api }: Context, file: string, { format = 'tailrace', remove = false }: ApplyOptions) {
  if (!isFormat(format)) throw wrongUsage(`--format must be ${IMPORT_FORMATS.join(', ')}, not "${format}".`)
  const content = readText(file === '-' ? file : `@${file}`)
  return ({ dry_run }: { dry_run: boolean }) =>
    api.post('/api/monitors/import', { dry_run: String(dry_run), remove: String(remove), body: { format, content } })
}

const isFormat = (text: string): text is ImportFormat => (IMPORT_FORMATS as readonly string[]).includes(text)

function show({ terminal }: Context, report: ImportReport, { json }: ApplyOptions): void {
  if (json) {
    terminal.json(report)
    return
  }
  terminal.write(`${countsText(report)}\n`)
  if (report.push_urls.length) terminal.note('Addresses for heartbeats, which are shown only once:')
  for (const { name, push_url } of report.push_urls) terminal.write(`${clean(name)}: ${push_url}\n`)
}
