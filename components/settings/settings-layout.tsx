'use client'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { Page } from '@/components/page/page'
import { headingId } from './section'
import { sections, settingsPath } from './sections'

const index = '/settings'

/** The navigation of Settings beside the current section; on a phone, one or the other. */
export function SettingsLayout({ children }: { children: ReactNode }) {
  const path = usePathname()
  const list = useRef<HTMLElement>(null)
  useFocusAfterNavigation(path, list)
  useHashRedirect()
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

/** On a phone, the section replaces the list and back, which removes the focused element. */
function useFocusAfterNavigation(path: string, list: RefObject<HTMLElement | null>): void {
  const previousPath = useRef(path)
  useEffect(() => {
    const previous = previousPath.current
    previousPath.current = path
    if (previous === path || hasVisibleFocus()) return
    document.getElementById(headingId)?.focus({ preventScroll: true })
    list.current?.querySelector<HTMLElement>(`a[href="${previous}"]`)?.focus({ preventScroll: true })
  }, [path, list])
}

/** A hidden element can keep the focus until the next frame. */
function hasVisibleFocus(): boolean {
  const { activeElement, body } = document
  return activeElement !== null && activeElement !== body && activeElement.checkVisibility()
}

/** Links of earlier versions name a section in the hash: `/settings#budgets`. */
function useHashRedirect(): void {
  const router = useRouter()
  useEffect(() => {
    const section = sections.find(({ slug }) => window.location.hash === `#${slug}`)
    if (section && window.location.pathname === index) router.replace(settingsPath(section.slug))
  }, [router])
}
