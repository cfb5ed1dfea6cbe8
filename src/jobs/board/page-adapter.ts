import type { AppViewRoute } from '@bull-board/api/typings/app'
import { ExpressAdapter } from '@bull-board/express'
import { isOutage } from '../../base/outage'

/** The page asks a foreign host for its fonts; without them it takes the system's. */
const FOREIGN_LINK = /<link\b[^>]*href="https?:[^>]*>/g

/** Bull Board's page without its foreign request; while Redis is away it says so, as the rest of the program does. */
export class PageAdapter extends ExpressAdapter {
  constructor() {
    super()
    this.app.disable('x-powered-by') // an express app of its own
  }

  override setErrorHandler(handler: Parameters<ExpressAdapter['setErrorHandler']>[0]) {
    return super.setErrorHandler(error => {
      if (isOutage(error)) throw error // to the error handler of the program
      return handler(error)
    })
  }

  override setEntryRoute({ route, handler }: AppViewRoute) {
    this.app.get(route, (_req, res, next) => {
      const { name, params } = handler({ basePath: this.basePath, uiConfig: this.uiConfig })
      this.app.render(name, params, (error, html) => {
        if (error) next(error)
        else res.set('Cache-Control', 'no-cache').type('html').send(html.replace(FOREIGN_LINK, ''))
      })
    })
    return this
  }
}
