import { computed, signal } from '@preact/signals'
import type { Role } from '../src/contract/access'
import type { Me } from '../src/contract/sessions'
import { ROLES } from '../src/contract/values'
import { client } from './api'

/** Set when requests are refused because whoever was signed in no longer is. */
export const hasSessionEnded = signal(false)

/** Who is signed in; null until that is known. */
export const me = signal<Me | null>(null)

const mayAs = (role: Role) => computed(() => me.value !== null && ROLES.indexOf(me.value.role) >= ROLES.indexOf(role))
/** The server decides; this only spares people buttons that it would refuse. */
export const isOperator = mayAs('operator')
export const isAdmin = mayAs('admin')

/** May be shown the workers, and pause queues. */
export const runsInstallation = computed(() => me.value?.runs_installation === true)

export async function loadMe() {
  me.value = await client.get('/api/session').catch(() => null)
}
