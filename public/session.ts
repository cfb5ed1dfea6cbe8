import { computed, signal } from '@preact/signals'
import { api } from './api'
import type { Actor } from './jobs/job'

export type Role = 'viewer' | 'operator' | 'admin'
export const ROLES: Role[] = ['viewer', 'operator', 'admin']

export interface Me {
  tenant: { id: string; name: string }
  role: Role
  name: string
  actor: Actor
  /** Of the first tenant, whose people run what all tenants share. */
  runs_installation: boolean
}

/** Who is signed in; null until that is known. */
export const me = signal<Me | null>(null)

const mayAs = (role: Role) => computed(() => me.value !== null && ROLES.indexOf(me.value.role) >= ROLES.indexOf(role))
/** The server decides; this only spares people buttons that it would refuse. */
export const isOperator = mayAs('operator')
export const isAdmin = mayAs('admin')

/** May be shown the workers, and pause queues. */
export const runsInstallation = computed(() => me.value?.runs_installation === true)

export async function loadMe() {
  me.value = await api.get<Me>('/api/session').catch(() => null)
}
