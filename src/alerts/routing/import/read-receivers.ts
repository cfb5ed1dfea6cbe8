import type { YamlNode } from '../../../base/yaml-tree'
import { Fields } from './fields'
import { OTHER_KINDS, RECEIVER } from './known-fields'
import { type Integration, readEmail, readSlack, readWebhook } from './read-integrations'
import type { Report } from './report'

/** A receiver of the file. */
export interface FileReceiver {
  name: string
  node: YamlNode
  integrations: Integration[]
  /** What it also has, or only: `PagerDuty`. */
  otherKinds: string[]
}

const READERS = { webhook_configs: readWebhook, email_configs: readEmail, slack_configs: readSlack }

export function readReceivers(file: Fields, global: Fields, report: Report): Map<string, FileReceiver> {
  const found = new Map<string, FileReceiver>()
  for (const node of file.items('receivers')) {
    const receiver = readReceiver(node, global, report)
    if (receiver.name === '') report.fault(node, 'This receiver has no name.')
    else if (found.has(receiver.name)) report.fault(node, `There are two receivers ${JSON.stringify(receiver.name)}.`)
    found.set(receiver.name, receiver)
  }
  return found
}

function readReceiver(node: YamlNode, global: Fields, report: Report): FileReceiver {
  const fields = new Fields(node, report, RECEIVER)
  const integrations = Object.entries(READERS).flatMap(([kind, read]) =>
    fields.items(kind).map(item => read(item, global, report)),
  )
  const otherKinds = Object.entries(OTHER_KINDS).flatMap(([kind, word]) => {
    const items = fields.items(kind)
    for (const item of items)
      report.notImported(item, word, `Receivers are webhooks, email and Slack: reach ${word} by its webhook.`)
    return items.length ? [word] : []
  })
  return { name: fields.text('name')?.text ?? '', node, integrations, otherKinds }
}
