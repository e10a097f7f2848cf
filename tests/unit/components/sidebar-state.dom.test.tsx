import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SidebarProvider, useSidebar } from '@/components/page/sidebar-state'

beforeEach(() => {
  const media = { matches: true, addEventListener: () => {}, removeEventListener: () => {} }
  vi.stubGlobal('matchMedia', () => media)
})
afterEach(() => {
  cleanup()
  localStorage.clear()
})

function Shown() {
  const { shown, toggle } = useSidebar()
  return (
    <button type="button" onClick={toggle}>
      {shown ? 'shown' : 'collapsed'}
    </button>
  )
}

function open(initiallyCollapsed: boolean) {
  render(
    <SidebarProvider initiallyCollapsed={initiallyCollapsed}>
      <Shown />
    </SidebarProvider>,
  )
  return screen.getByRole('button')
}

it('moves a collapsed state of earlier versions from localStorage to a cookie', () => {
  localStorage.setItem('rill.sidebar', 'folded')
  expect(open(false).textContent).toBe('collapsed')
  expect(document.cookie).toContain('rill-sidebar=folded')
  expect(localStorage.getItem('rill.sidebar')).toBeNull()
  screen.getByRole('button').click()
  expect(document.cookie).toContain('rill-sidebar=open')
})

it('a drawer that is dismissed twice goes back once', () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }))
  // The browser goes back later, with a popstate event.
  const back = vi.spyOn(window.history, 'back').mockImplementation(() => {})
  const toggle = open(false)
  fireEvent.click(toggle)
  expect(toggle.textContent).toBe('shown')
  fireEvent.click(toggle)
  fireEvent.click(toggle)
  expect(back).toHaveBeenCalledTimes(1)
  fireEvent.popState(window)
  expect(toggle.textContent).toBe('collapsed')
})
