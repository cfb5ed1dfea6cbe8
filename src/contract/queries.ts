import type { Routes } from './route'

export const queryRoutes = {} as const satisfies Routes
