import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

export const looks = ['light', 'dark'] as const

/** What axe has to say about a page, a line each; nothing is best. */
export async function axeComplaints(page: Page): Promise<string[]> {
  await transitionsOver(page)
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`))
}

/** In the middle of a transition, colours are between two themes. What never ends, such as a live mark, is not waited for. */
async function transitionsOver(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations === 1)
    await Promise.allSettled(ending.map(({ finished }) => finished))
  })
}
