import type { Settings } from '@/lib/protocol/api'

type Theme = Settings['theme']

/** Of the browser's own bars around the page, in each theme: the surface. */
const barColors = [
  { scheme: 'light', color: '#fcfaf6' },
  { scheme: 'dark', color: '#0f151d' },
]

/** Each colour, with when it holds. */
export function barColorsIn(theme: Theme): { media: string; color: string }[] {
  return barColors.map(({ scheme, color }) => ({ media: mediaOf(scheme, theme), color }))
}

/** Changes them in the page that is there. */
export function showBarColors(theme: Theme): void {
  for (const { media, color } of barColorsIn(theme)) {
    document.querySelector(`meta[content="${color}"]`)?.setAttribute('media', media)
  }
}

function mediaOf(scheme: string, theme: Theme): string {
  if (theme === 'system') return `(prefers-color-scheme: ${scheme})`
  return theme === scheme ? 'all' : 'not all'
}
