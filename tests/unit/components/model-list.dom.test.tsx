import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { ModelList } from '@/components/chat/model-list'
import type { ModelGroup } from '@/lib/protocol/api'

afterEach(cleanup)
Element.prototype.scrollIntoView = () => {}
Element.prototype.scrollTo = () => {}

const groups: ModelGroup[] = [
  {
    providerId: 'a',
    name: 'Ollama',
    kind: 'local',
    problem: null,
    models: [
      { id: 'a:llama3', name: 'llama3:8b' },
      { id: 'a:qwen', name: 'qwen3:14b' },
    ],
  },
  {
    providerId: 'b',
    name: 'Far away',
    kind: 'own',
    problem: { kind: 'network', message: 'Far away cannot be reached.', retryable: true },
    models: [],
  },
  {
    providerId: 'c',
    name: 'Router',
    kind: 'own',
    problem: null,
    models: Array.from({ length: 300 }, (_, place) => ({ id: `c:${place}`, name: `maker/model-${place}` })),
  },
]

function open(value: string | null = 'a:qwen') {
  const chosen: string[] = []
  render(<ModelList groups={groups} value={value} onChange={(model) => chosen.push(model)} />)
  return { chosen, box: screen.getByRole('combobox', { name: 'Search models' }) }
}
const names = () => screen.getAllByRole('option').map((option) => option.textContent)

describe('the list of models', () => {
  it('finds by every word, in the model or its provider', () => {
    const { box } = open()
    expect(names()).toHaveLength(302)
    fireEvent.change(box, { target: { value: 'ROUTER 29' } })
    expect(names()).toEqual(['maker/model-29', 'maker/model-129', 'maker/model-229', ...tens(290)])
    fireEvent.change(box, { target: { value: 'oll qw' } })
    expect(names()).toEqual(['qwen3:14b'])
  })

  it('says so when nothing is found', () => {
    const { box } = open()
    fireEvent.change(box, { target: { value: 'zzz' } })
    expect(screen.queryAllByRole('option')).toHaveLength(0)
    expect(screen.getByText('No model is called “zzz”.')).toBeTruthy()
  })

  it('says what is wrong with a provider', () => {
    open()
    expect(screen.getByText('Far away cannot be reached.')).toBeTruthy()
  })

  it('begins at the chosen model, moves with the arrows and chooses with Enter', () => {
    const { chosen, box } = open()
    expect(screen.getByRole('option', { name: 'qwen3:14b', selected: true }).id).toBe(
      box.getAttribute('aria-activedescendant'),
    )
    fireEvent.keyDown(box, { key: 'ArrowDown' })
    fireEvent.keyDown(box, { key: 'Enter' })
    fireEvent.keyDown(box, { key: 'ArrowUp' })
    fireEvent.keyDown(box, { key: 'ArrowUp' })
    fireEvent.keyDown(box, { key: 'ArrowUp' })
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(chosen).toEqual(['c:0', 'a:llama3'])
  })

  it('Enter takes the first that was found', () => {
    const { chosen, box } = open()
    fireEvent.change(box, { target: { value: 'model-1' } })
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(chosen).toEqual(['c:1'])
  })
})

function tens(from: number): string[] {
  return Array.from({ length: 10 }, (_, step) => `maker/model-${from + step}`)
}
