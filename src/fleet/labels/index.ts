import type { Endpoint } from '../../access'
import { labelMemberRoute } from './member-routes'
import { type LabelRoutesDeps, labelRoutes } from './routes'

export { DynamicLabels } from './dynamic'

export const labelEndpoints = (deps: LabelRoutesDeps): Endpoint[] => [...labelRoutes(deps), labelMemberRoute(deps)]
