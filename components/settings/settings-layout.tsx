'use client'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useRef } from 'react'
import { Page } from '@/components/page/page'
import { headingId } from './section'
import { sections, settingsPath } from './sections'

const index = '/settings'

/** The parts of Settings and the one that is shown: side by side, and one after the other on a phone. */
export function SettingsLayout({ children }: { children: ReactNode }) {
  const path = usePathname()
  const list = useRef<HTMLElement>(null)
  useFocusOnWay(path, list)
  useOldAddresses()
  const isIndex = path === index
  const Title = isIndex ? 'h1' : 'p'
  return (
    <Page className="[--container-column:56rem]">
      <div className="flex gap-10">
        <nav
          ref={list}
          aria-label="Settings"
          className={`w-full shrink-0 md:sticky md:top-4 md:w-36 md:self-start ${isIndex ? '' : 'max-md:hidden'}`}
        >
          <Title className="font-strong text-title md:mb-3 md:px-2.5 md:text-lead">Settings</Title>
          <ul className="max-md:mt-4 max-md:border-line max-md:border-y">
            {sections.map(({ slug, name }) => (
              <li key={slug} className="border-line max-md:not-first:border-t">
                <Link
                  href={settingsPath(slug)}
                  aria-current={path === settingsPath(slug) || (isIndex && slug === 'general') ? 'page' : undefined}
                  className="flex items-center justify-between rounded-small text-small transition-colors hover:bg-surface-raised max-md:h-12 max-md:px-1 max-md:text-body md:h-8 md:px-2.5 md:touch:h-11 md:aria-[current=page]:bg-surface-pressed md:aria-[current=page]:font-strong"
                >
                  {name}
                  <ChevronRight size={16} aria-hidden="true" className="text-ink-quiet md:hidden" />
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={`min-w-0 flex-1 md:max-w-[42rem] ${isIndex ? 'max-md:hidden' : ''}`}>{children}</div>
      </div>
    </Page>
  )
}

/** On a phone the list gives way to its part, and back: what had the focus is gone then. */
function useFocusOnWay(path: string, list: { current: HTMLElement | null }): void {
  const before = useRef(path)
  useEffect(() => {
    const from = before.current
    before.current = path
    if (from === path || hasFocus()) return
    document.getElementById(headingId)?.focus({ preventScroll: true })
    list.current?.querySelector<HTMLElement>(`a[href="${from}"]`)?.focus({ preventScroll: true })
  }, [path, list])
}

/** What is no longer shown keeps the focus for a moment yet. */
function hasFocus(): boolean {
  const { activeElement, body } = document
  return activeElement !== null && activeElement !== body && activeElement.checkVisibility()
}

/** `/settings#budgets` is how links of earlier versions name a part. */
function useOldAddresses(): void {
  const router = useRouter()
  useEffect(() => {
    const named = sections.find(({ slug }) => window.location.hash === `#${slug}`)
    if (named && window.location.pathname === index) router.replace(settingsPath(named.slug))
  }, [router])
}
