import { cleanup, render, screen } from '@testing-library/react'
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
      {shown ? 'shown' : 'folded'}
    </button>
  )
}

function open(startsFolded: boolean) {
  render(
    <SidebarProvider startsFolded={startsFolded}>
      <Shown />
    </SidebarProvider>,
  )
  return screen.getByRole('button')
}

it('stays folded for who folded it in an earlier version, and is told to the server from then on', () => {
  localStorage.setItem('rill.sidebar', 'folded')
  expect(open(false).textContent).toBe('folded')
  expect(document.cookie).toContain('rill-sidebar=folded')
  expect(localStorage.getItem('rill.sidebar')).toBeNull()
  screen.getByRole('button').click()
  expect(document.cookie).toContain('rill-sidebar=open')
})
