import type { Settings } from '@/lib/protocol/api'

type Theme = Settings['theme']

/** The colors of the browser's own toolbars: the page's surface in each color scheme. */
const barColors = [
  { scheme: 'light', color: '#fcfaf6' },
  { scheme: 'dark', color: '#0f151d' },
]

/** The `theme-color` tags for a theme. */
export function themeColors(theme: Theme): { media: string; color: string }[] {
  return barColors.map(({ scheme, color }) => ({ media: mediaQuery(scheme, theme), color }))
}

/** Updates the tags of the current page. */
export function applyThemeColors(theme: Theme): void {
  for (const { media, color } of themeColors(theme)) {
    document.querySelector(`meta[content="${color}"]`)?.setAttribute('media', media)
  }
}

function mediaQuery(scheme: string, theme: Theme): string {
  if (theme === 'system') return `(prefers-color-scheme: ${scheme})`
  return theme === scheme ? 'all' : 'not all'
}
