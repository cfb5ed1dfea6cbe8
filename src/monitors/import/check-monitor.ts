import { type Fault, Problem } from '../../base/errors'
import { faultsOf, z } from '../../base/parse'
import { monitorType } from '../../contract/monitor-settings'
import { monitorInput } from '../../contract/monitors'
import { type Checked, checkedInput } from '../monitors/check-input'
import type { CheckMonitor } from './plan'

/** What the type of a monitor decides, if there is such a type: it is checked even if other fields are wrong. */
const typed = z.object({
  type: monitorType,
  target: z.string().nullable().default(null),
  settings: z.record(z.string(), z.unknown()).default({}),
})

export const checkMonitor: CheckMonitor = fields => {
  const input = monitorInput.safeParse(fields)
  const { checked, faults } = checkedByType(fields)
  const all = [...(input.success ? [] : faultsOf(input.error, '')), ...faults]
  return input.success && checked ? { input: { ...input.data, ...checked } } : { faults: all }
}

function checkedByType(fields: unknown): { checked?: Checked; faults: Fault[] } {
  const given = typed.safeParse(fields)
  if (!given.success) return { faults: [] }
  try {
    return { checked: checkedInput(given.data.type, given.data, ''), faults: [] }
  } catch (error) {
    if (error instanceof Problem) return { faults: error.errors }
    throw error
  }
}
