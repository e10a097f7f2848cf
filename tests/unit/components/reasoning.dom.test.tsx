import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Reasoning } from '@/components/chat/reasoning'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('what a model thought', () => {
  it('is not in the page while it is folded', () => {
    const { container } = render(<Reasoning text="They ask of rivers." thinkingSince={null} took={undefined} />)
    expect(container.textContent).not.toContain('rivers')
    fireEvent.click(screen.getByRole('button', { name: 'Thoughts' }))
    expect(container.textContent).toContain('They ask of rivers.')
    fireEvent.click(screen.getByRole('button', { name: 'Thoughts' }))
    expect(container.textContent).not.toContain('rivers')
  })

  it('says how long it took once it is over', () => {
    vi.useFakeTimers({ now: 100_000 })
    const { rerender } = render(<Reasoning text="Hm." thinkingSince={100_000} took={undefined} />)
    expect(screen.getByRole('button').textContent).toBe('Thinking')
    rerender(<Reasoning text="Hm." thinkingSince={null} took={12_300} />)
    expect(screen.getByRole('button').textContent).toBe('Thought for 12 s')
  })
})
