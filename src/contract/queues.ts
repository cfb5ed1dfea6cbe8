import type { Routes } from './route'

export const queueRoutes = {} as const satisfies Routes
