import type { AppViewRoute } from '@bull-board/api/typings/app'
import { ExpressAdapter } from '@bull-board/express'
import { isOutage } from '../../base/outage'

/** The page loads its fonts from another host; without them it uses the system's. */
const EXTERNAL_LINK = /<link\b[^>]*href="https?:[^>]*>/g

/** Bull Board's page without its external request, and with the program's own error responses while Redis is down. */
export class PageAdapter extends ExpressAdapter {
  constructor() {
    super()
    this.app.disable('x-powered-by') // it is an Express app of its own
  }

  override setErrorHandler(handler: Parameters<ExpressAdapter['setErrorHandler']>[0]) {
    return super.setErrorHandler(error => {
      if (isOutage(error)) throw error // the program's error handler answers
      return handler(error)
    })
  }

  override setEntryRoute({ route, handler }: AppViewRoute) {
    this.app.get(route, (_req, res, next) => {
      const { name, params } = handler({ basePath: this.basePath, uiConfig: this.uiConfig })
      this.app.render(name, params, (error, html) => {
        if (error) next(error)
        else res.set('Cache-Control', 'no-cache').type('html').send(html.replace(EXTERNAL_LINK, ''))
      })
    })
    return this
  }
}
