import { useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { search, setFilters } from '../../router'
import { readFilters } from '../../url-filters'
import { useThrottle } from '../../use-throttle'
import type { LogModel } from './model'

const HASH = /^#L([0-9]+)(?:-L([0-9]+))?$/
const NAMES = ['level', 'step', 'attempt'] as const
/** Minimum time between two changes of the URL while a search is typed: Safari allows 100 in 30 s. */
const FIND_MS = 400

/**
 * Keeps the filter, the search and the selection in the URL and follows changes there:
 * `?level=error&step=load&find=timeout#L10-L20`. Does nothing if it is off, for a log that is not the main one of its
 * page.
 * @param show scrolls to a line
 * @param onMissing the URL has a line that does not exist
 */
export function useAddress(
  isOn: boolean,
  model: LogModel,
  show: (line: number) => void,
  onMissing: (line: number) => void,
) {
  const query = search.value
  useEffect(() => {
    if (!isOn) return
    const { level, step, attempt } = readFilters(NAMES, query)
    const now = model.filter.peek()
    if (level !== now.level || step !== now.step || attempt !== now.attempt)
      void model.setFilter({ level, step, attempt })
  }, [model, query])
  useFind(isOn, model)

  useEffect(() => {
    if (!isOn) return
    const go = async () => {
      const [, first, last] = HASH.exec(location.hash) ?? []
      const line = Number(first ?? 0)
      if (line === 0) return
      model.follow(false)
      if (!(await model.goTo(line))) {
        model.follow(true)
        onMissing(line)
        return
      }
      if (last) model.select(line, Number(last))
      show(line)
    }
    void go()
    addEventListener('hashchange', go)
    return () => removeEventListener('hashchange', go)
  }, [model])
}

/** Keeps the search in the URL. */
function useFind(isOn: boolean, model: LogModel) {
  const inUrl = useRef('')
  const given = readFilters(['find'], search.value).find
  useEffect(() => {
    if (!isOn || given === inUrl.current) return
    inUrl.current = given
    model.query.value = given
  }, [model, given])
  const writeSoon = useThrottle(
    FIND_MS,
    () => {
      const find = model.query.peek()
      if (find === inUrl.current) return
      inUrl.current = find
      setFilters({ find }, location.hash)
    },
    model,
  )
  useSignalEffect(() => {
    if (model.query.value !== inUrl.current && isOn) writeSoon()
  })
}

export function showSelection({ from, to }: { from: number; to: number }) {
  history.replaceState(history.state, '', `${location.search}#L${from}${to > from ? `-L${to}` : ''}`)
}
