import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Reasoning } from '@/components/message/reasoning'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const words = () => screen.getByRole('button').textContent

describe('what a model thought', () => {
  it('is not in the page while it is folded', () => {
    const { container } = render(
      <Reasoning text="They ask of rivers." growing={false} startedAt={undefined} durationMs={undefined} />,
    )
    expect(container.textContent).not.toContain('rivers')
    fireEvent.click(screen.getByRole('button', { name: 'Thoughts' }))
    expect(container.textContent).toContain('They ask of rivers.')
    fireEvent.click(screen.getByRole('button', { name: 'Thoughts' }))
    expect(container.textContent).not.toContain('rivers')
  })

  it('is open once it has ended with no answer, until the person folds it', () => {
    const thoughts = (ended: boolean) => (
      <Reasoning
        text="They ask of rivers."
        growing={!ended}
        startedAt={undefined}
        durationMs={3000}
        unanswered={ended}
      />
    )
    const { container, rerender } = render(thoughts(false))
    expect(container.textContent).not.toContain('rivers')
    rerender(thoughts(true))
    expect(words()).toBe('Thought for 3 s, unfinished: no reply followed')
    expect(container.textContent).toContain('They ask of rivers.')
    fireEvent.click(screen.getByRole('button'))
    expect(container.textContent).not.toContain('rivers')
  })

  it('says how long it took once it is over', () => {
    vi.useFakeTimers({ now: 100_000 })
    const { rerender } = render(<Reasoning text="Hm." growing startedAt={100_000} durationMs={undefined} />)
    expect(words()).toBe('Thinking')
    rerender(<Reasoning text="Hm." growing={false} startedAt={100_000} durationMs={12_300} />)
    expect(words()).toBe('Thought for 12 s')
  })

  it('counts from when it began, and adds what it goes on with', () => {
    vi.useFakeTimers({ now: 100_000 })
    const { rerender } = render(<Reasoning text="Hm." growing startedAt={96_000} durationMs={2000} />)
    expect(words()).toBe('Thinking · 6 s')
    act(() => vi.advanceTimersByTime(1000))
    expect(words()).toBe('Thinking · 7 s')
    // Its time is told before the answer that ends it, and is not counted twice.
    rerender(<Reasoning text="Hm." growing startedAt={96_000} durationMs={7000} />)
    expect(words()).toBe('Thinking · 7 s')
  })
})
