/** The sections of Settings, in the order of the navigation. */
export const sections = [
  { slug: 'general', name: 'General' },
  { slug: 'models', name: 'Models' },
  { slug: 'providers', name: 'Providers' },
  { slug: 'budgets', name: 'Budgets' },
  { slug: 'prices', name: 'Prices' },
  { slug: 'shortcuts', name: 'Shortcuts' },
  { slug: 'about', name: 'About' },
] as const

export type Slug = (typeof sections)[number]['slug']

export const settingsPath = (slug: Slug) => `/settings/${slug}`
