/** A setting by its name in the form. */
export const valueIn = (settings: Readonly<Record<string, unknown>>, name: string): unknown =>
  name
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], settings)
