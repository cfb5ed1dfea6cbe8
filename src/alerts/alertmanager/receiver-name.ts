import type { CompiledRoute } from '../routing'

/** The name of the receiver of routes that lead to incidents only, as in `config.original`. */
export const INCIDENTS_ONLY = 'incidents-only'

/** Here every route has a receiver. */
export const receiverNameOf = ({ receiver }: CompiledRoute): string => receiver ?? INCIDENTS_ONLY
