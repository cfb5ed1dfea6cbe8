import type { ActiveType, CheckType } from '../check-type'
import { dns } from './dns'
import { http } from './http'
import { ping } from './ping'
import { tcp } from './tcp'
import { tls } from './tls'

/** All types of checks. */
export const checkTypes: { [Type in ActiveType]: CheckType<Type> } = { http, tcp, dns, tls, ping }
