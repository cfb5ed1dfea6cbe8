import { useEffect } from 'preact/hooks'
import { search } from '../../router'
import { readFilters } from '../../url-filters'
import type { LogModel } from './model'

const HASH = /^#L([0-9]+)(?:-L([0-9]+))?$/
const NAMES = ['level', 'step', 'attempt'] as const

/**
 * Keeps filter and selection in the address of the page, and follows them there: `?level=error&step=load#L10-L20`.
 * A log that is not the page's own leaves the address alone.
 */
export function useAddress(isOn: boolean, model: LogModel, show: (line: number) => void) {
  const query = search.value
  useEffect(() => {
    if (!isOn) return
    const { level, step, attempt } = readFilters(NAMES, query)
    const now = model.filter.peek()
    if (level !== now.level || step !== now.step || attempt !== now.attempt)
      void model.setFilter({ level, step, attempt })
  }, [model, query])

  useEffect(() => {
    if (!isOn) return
    const go = async () => {
      const [, first, last] = HASH.exec(location.hash) ?? []
      const line = Number(first ?? 0)
      if (line === 0) return
      model.follow(false)
      await model.goTo(line)
      if (last) model.select(line, Number(last))
      show(line)
    }
    void go()
    addEventListener('hashchange', go)
    return () => removeEventListener('hashchange', go)
  }, [model])
}

export function showSelection({ from, to }: { from: number; to: number }) {
  history.replaceState(history.state, '', `${location.search}#L${from}${to > from ? `-L${to}` : ''}`)
}
