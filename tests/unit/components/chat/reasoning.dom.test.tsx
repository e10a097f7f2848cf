import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Reasoning } from '@/components/message/reasoning/reasoning'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const label = () => screen.getByRole('button').textContent

describe('reasoning', () => {
  it('isn’t mounted while folded', () => {
    const { container } = render(
      <Reasoning text="They ask of rivers." growing={false} startedAt={undefined} durationMs={undefined} />,
    )
    expect(container.textContent).not.toContain('rivers')
    fireEvent.click(screen.getByRole('button', { name: 'Thoughts' }))
    expect(container.textContent).toContain('They ask of rivers.')
    fireEvent.click(screen.getByRole('button', { name: 'Thoughts' }))
    expect(container.textContent).not.toContain('rivers')
  })

  it('is open once it ended without a reply, until the user folds it', () => {
    const reasoning = (ended: boolean) => (
      <Reasoning
        text="They ask of rivers."
        growing={!ended}
        startedAt={undefined}
        durationMs={3000}
        unanswered={ended}
      />
    )
    const { container, rerender } = render(reasoning(false))
    expect(container.textContent).not.toContain('rivers')
    rerender(reasoning(true))
    expect(label()).toBe('Thought for 3 s, unfinished: no reply followed')
    expect(container.textContent).toContain('They ask of rivers.')
    fireEvent.click(screen.getByRole('button'))
    expect(container.textContent).not.toContain('rivers')
  })

  it('says how long it took', () => {
    vi.useFakeTimers({ now: 100_000 })
    const { rerender } = render(<Reasoning text="Hm." growing startedAt={100_000} durationMs={undefined} />)
    expect(label()).toBe('Thinking')
    rerender(<Reasoning text="Hm." growing={false} startedAt={100_000} durationMs={12_300} />)
    expect(label()).toBe('Thought for 12 s')
  })

  it('counts from its start, and adds the time of earlier runs', () => {
    vi.useFakeTimers({ now: 100_000 })
    const { rerender } = render(<Reasoning text="Hm." growing startedAt={96_000} durationMs={2000} />)
    expect(label()).toBe('Thinking · 6 s')
    act(() => vi.advanceTimersByTime(1000))
    expect(label()).toBe('Thinking · 7 s')
    // Its duration arrives before the text that ends it, and isn't counted twice.
    rerender(<Reasoning text="Hm." growing startedAt={96_000} durationMs={7000} />)
    expect(label()).toBe('Thinking · 7 s')
  })
})
