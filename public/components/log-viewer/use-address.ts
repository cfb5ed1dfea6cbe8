import { useEffect } from 'preact/hooks'
import { search } from '../../router'
import { readFilters } from '../../url-filters'
import type { LogModel } from './model'

const HASH = /^#L([0-9]+)(?:-L([0-9]+))?$/
const NAMES = ['level', 'step', 'attempt'] as const

/**
 * Keeps the filter and the selection in the URL and follows changes there: `?level=error&step=load#L10-L20`. Does
 * nothing if it is off, for a log that is not the main one of its page.
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
