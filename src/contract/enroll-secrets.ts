import type { Routes } from './route'

export const enrollSecretRoutes = {} as const satisfies Routes
