import type { Endpoint } from '../../api'
import { type LabelRoutesDeps, labelRoutes } from './label-routes'
import { labelMemberRoute } from './member-routes'

export { DynamicLabels } from './dynamic'

export const labelEndpoints = (deps: LabelRoutesDeps): Endpoint[] => [...labelRoutes(deps), labelMemberRoute(deps)]
