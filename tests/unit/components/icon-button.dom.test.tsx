import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { IconButton } from '@/components/ui/button'

afterEach(cleanup)

it('describes itself by its title, and lists its shortcut for both keyboards', () => {
  render(<IconButton label="Regenerate" title="Regenerate with gpt-5" />)
  render(<IconButton label="Close sidebar" keys="Mod+B" />)
  const more = screen.getByRole('button', { name: 'Regenerate' })
  expect(more.getAttribute('aria-description')).toBe('Regenerate with gpt-5')
  const plain = screen.getByRole('button', { name: 'Close sidebar' })
  expect(plain.hasAttribute('aria-description')).toBe(false)
  expect(plain.getAttribute('aria-keyshortcuts')).toBe('Control+B Meta+B')
})
