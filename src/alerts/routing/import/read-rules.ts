import type { YamlNode } from '../../../base/yaml-tree'
import type { InhibitRule } from '../../../contract/alert-routes'
import { Fields } from './fields'
import { INHIBIT_RULE } from './known-fields'
import { readMatchers } from './read-matchers'
import type { Report } from './report'

export function readRule(node: YamlNode, report: Report): InhibitRule {
  const fields = new Fields(node, report, INHIBIT_RULE)
  const name = fields.text('name')?.text
  return {
    ...(name && { name }),
    source_matchers: readMatchers(fields, report, 'source_'),
    target_matchers: readMatchers(fields, report, 'target_'),
    equal: fields.texts('equal').map(({ text }) => text),
  }
}
