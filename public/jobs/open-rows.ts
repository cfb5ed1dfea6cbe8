import { type Signal, useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { search, setFilters } from '../router'

/** More rows may be open; the URL keeps those opened last. */
const IN_URL_MAX = 20
const ID = /^[0-9a-f-]{36}$/i

const openOf = (query: string) => new URLSearchParams(query).get('open') ?? ''

/** The ids of the expanded rows, which are in the URL (`?open=<id>,<id>`) so that a reload restores them. */
export function useOpenRows(): Signal<ReadonlySet<string>> {
  const inUrl = useRef(openOf(search.peek()))
  const open = useSignal<ReadonlySet<string>>(new Set(inUrl.current.split(',').filter(id => ID.test(id))))
  useSignalEffect(() => {
    const text = [...open.value].slice(-IN_URL_MAX).join(',')
    if (text === inUrl.current) return
    inUrl.current = text
    setFilters({ open: text })
  })
  return open
}
