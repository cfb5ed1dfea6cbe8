/** Something that is started and stopped once. `stop` must also work after `start` failed halfway. */
export interface Part {
  name: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts parts in order. If one fails, those already started are stopped in reverse order. */
export async function startParts(parts: Part[]): Promise<() => Promise<void>> {
  const running: Part[] = []
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= stopAll(running)
    return stopping
  }
  for (const part of parts) {
    running.push(part)
    try {
      await part.start()
    } catch (error) {
      await stop().catch(() => undefined) // the first failure is the one to report
      throw error
    }
  }
  return stop
}

async function stopAll(running: Part[]) {
  const problems: unknown[] = []
  for (const part of running.splice(0).reverse()) await part.stop().catch(error => problems.push(error))
  if (problems.length) throw new AggregateError(problems, 'Some parts did not stop cleanly')
}
