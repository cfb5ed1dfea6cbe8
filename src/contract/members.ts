import type { Routes } from './route'

export const memberRoutes = {} as const satisfies Routes
