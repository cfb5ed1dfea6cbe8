import type { Routes } from './route'

export const carveRoutes = {} as const satisfies Routes
