import type { Routes } from './route'

export const scheduledResultRoutes = {} as const satisfies Routes
