import type { ImportFormat } from '../../contract/monitor-import'
import { readGatus } from './gatus/read-gatus'
import type { MonitorFile } from './monitor-file'
import { readTailrace } from './read-tailrace'
import { readUptimeKuma } from './uptime-kuma/read-uptime-kuma'

/** By format. Each throws Problem 400 if the content is not such a file. */
export const READERS: Readonly<Record<ImportFormat, (content: string) => MonitorFile>> = {
  tailrace: readTailrace,
  'uptime-kuma': readUptimeKuma,
  gatus: readGatus,
}
