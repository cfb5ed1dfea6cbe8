import { counted } from '../../../text/numbers'
import { z } from '../../base/parse'
import { defineKind } from '../kinds/kind'

const WORKERS_MAX = 50
const DEPTH_MAX = 5
const CHILDREN_MAX = 50
/** Per step, over all levels. */
const JOBS_MAX = 10_000
const LINES_MAX = 10_000_000

const step = z
  .strictObject({
    name: z.string().min(1).max(100),
    /** They run in parallel. */
    workers: z.number().int().min(1).max(WORKERS_MAX).default(1),
    /** Per worker. */
    lines: z.number().int().min(0).max(LINES_MAX).default(0),
    /** Between two lines of a worker; 0: as fast as it can. */
    interval_ms: z.number().min(0).max(60_000).default(0),
    line_bytes: z.number().int().min(1).max(1_048_576).optional(),
    /** The share of workers that fail after half of their lines. */
    fail_rate: z.number().min(0).max(1).default(0),
    child_depth: z.number().int().min(0).max(DEPTH_MAX).default(0),
    /** Jobs of the same step, per level. */
    children: z.number().int().min(0).max(CHILDREN_MAX).default(0),
  })
  .refine(({ children, child_depth }) => jobsOf(children, child_depth) <= JOBS_MAX, {
    path: ['children'],
    message: `would create more than ${JOBS_MAX} jobs`,
  })

function jobsOf(children: number, depth: number): number {
  let jobs = 0
  for (let level = 1; level <= depth; level++) jobs += children ** level
  return jobs
}

/** A load generator: any amount of lines, steps, children and failures. */
export const demo = defineKind({
  name: 'demo',
  label: 'Demo load',
  queue: 'demo',
  input: z.strictObject({ steps: z.array(step).min(1).max(20) }),
  outcome: ({ lines }: { lines: number }) => ({ level: 'ok', text: counted(lines, 'line') }),
})

export type DemoInput = z.output<typeof demo.input>
export type DemoStep = DemoInput['steps'][number]
