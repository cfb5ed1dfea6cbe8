import { navigate } from '../router'

/** Changes what the address of this page says; an empty text takes it out. */
export function setInAddress(change: Record<string, string>) {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(change)) {
    if (value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  navigate(location.pathname + (text && `?${text}`), { replace: true })
}
