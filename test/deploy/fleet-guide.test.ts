import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../src/base/root'
import { POLL_SECONDS } from '../../src/fleet/agent'
import { agentFlags } from '../../src/fleet/hosts/agent-setup'

const guide = readFileSync(join(ROOT, 'docs/integration.md'), 'utf8')

test('the guide lists the same flags as the page', () => {
  const flags = (holdMs: number) => agentFlags({ address: 'tailrace.example:443', certificate: undefined, holdMs })
  expect(guide).toContain(`\`\`\`\n${flags(10_000).join('\n')}\n\`\`\``)
  const [, pinned] = agentFlags({ address: 'tailrace.example:443', certificate: 'PEM', holdMs: 10_000 })
  expect(guide).toContain(`\`${pinned}\``)
  expect(flags(0)).toContain(`--distributed_interval=${POLL_SECONDS}`)
  expect(guide).toContain(`\`--distributed_interval=${POLL_SECONDS}\``)
})
