import { navigate } from './router'
import { routeOf } from './routes'

/** Goes to a page of this app, or loads another one of the server, such as the API documentation. */
export function openAddress({ pathname, href }: URL): void {
  if (routeOf(pathname).page === 'missing') location.replace(href)
  else navigate(href, { replace: true })
}
