import type { Routes } from './route'

export const labelRoutes = {} as const satisfies Routes
