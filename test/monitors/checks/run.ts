import type { z } from 'zod'
import { createOutbound, type OutboundSettings } from '../../../src/base/outbound'
import { checkOutcome } from '../../../src/contract/checks'
import { type MonitorSettings, monitorSettings } from '../../../src/contract/monitor-settings'
import type { ActiveType, CheckType } from '../../../src/monitors/checks/check-type'
import { checkTypes } from '../../../src/monitors/checks/types'
import { recordTrace } from '../trace'

interface Surroundings extends Partial<OutboundSettings> {
  timeoutMs?: number
  signal?: AbortSignal
}

type Given<Type extends ActiveType> = z.input<(typeof monitorSettings)[Type]>

const typeOf = <Type extends ActiveType>(type: Type) => checkTypes[type] as CheckType<Type>
const complete = <Type extends ActiveType>(type: Type, given: Given<Type>) =>
  monitorSettings[type].parse(given) as MonitorSettings[Type]

/** Runs a check of any type against what the contract says of its outcome, and collects its steps and log lines. */
export async function run<Type extends ActiveType>(
  type: Type,
  target: string,
  given: Given<Type>,
  { timeoutMs = 30_000, signal = new AbortController().signal, ...outbound }: Surroundings = {},
) {
  const { trace, logged, steps } = recordTrace()
  const outcome = await typeOf(type).run(
    { target, timeoutMs, settings: complete(type, given) },
    { outbound: createOutbound({ allow: ['private'], ...outbound }), signal, trace },
  )
  expect(checkOutcome.strict().parse(outcome)).toEqual(outcome)
  return { outcome, logged, steps }
}

/** The faults of a target and its settings, each as its path. */
export const faultsOf = <Type extends ActiveType>(type: Type, target: string, given: Given<Type>) =>
  typeOf(type)
    .faults(target, complete(type, given))
    .map(({ path }) => path)

export const down = (code: string, rest: object = {}) => ({ status: 'down', error: { code }, ...rest })
