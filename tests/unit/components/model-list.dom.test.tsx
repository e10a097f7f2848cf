import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { ModelList } from '@/components/models/model-list'
import { modelLabel } from '@/components/models/models'
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
  render(<ModelList groups={groups} value={value} onChoose={(model) => chosen.push(model)} />)
  return { chosen, box: screen.getByRole('combobox', { name: 'Search models' }) }
}
const names = () => screen.getAllByRole('option').map((option) => option.textContent)

describe('the list of models', () => {
  it('filters by every word, in the names of model and provider', () => {
    const { box } = open()
    expect(names()).toHaveLength(302)
    fireEvent.change(box, { target: { value: 'ROUTER 29' } })
    expect(names()).toEqual(['maker/model-29', 'maker/model-129', 'maker/model-229', ...tens(290)])
    fireEvent.change(box, { target: { value: 'oll qw' } })
    expect(names()).toEqual(['qwen3:14b'])
  })

  it('says that no model matches', () => {
    const { box } = open()
    fireEvent.change(box, { target: { value: 'zzz' } })
    expect(names().every((name) => name?.startsWith('Use “zzz” as the model id'))).toBe(true)
    expect(screen.getByText('No models match “zzz”.')).toBeTruthy()
  })

  it('shows the problem of a provider', () => {
    open()
    expect(screen.getByText('Far away cannot be reached.')).toBeTruthy()
  })

  it('starts at the chosen model, moves with the arrow keys and chooses with Enter', () => {
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

  it('Enter chooses the first match', () => {
    const { chosen, box } = open()
    fireEvent.change(box, { target: { value: 'model-1' } })
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(chosen).toEqual(['c:1'])
  })
})

describe('details of models', () => {
  const typed = { ...{ providerId: 'd', name: 'Gateway', kind: 'own' as const, problem: null }, models: [] }
  const priced: ModelGroup = {
    ...{ providerId: 'e', name: 'Priced', kind: 'own', problem: null },
    models: [
      {
        ...{ id: 'e:big', name: 'big', contextWindow: 128_000 },
        price: { currency: 'USD', input: '2.5', output: '10' },
      },
    ],
  }

  it('lists recent models first and once, and in their own group in a search', () => {
    const recent = ['d:typed-once', 'c:7', 'gone:x', 'a:qwen']
    render(<ModelList groups={[...groups, typed]} value="c:7" recent={recent} onChoose={() => undefined} />)
    expect(names().slice(0, 4)).toEqual(['typed-onceGateway', 'maker/model-7Router', 'qwen3:14bOllama', 'llama3:8b'])
    expect(screen.getByRole('option', { selected: true }).textContent).toBe('maker/model-7Router')
    expect(names()).toHaveLength(303)
    fireEvent.change(screen.getByRole('combobox'), { target: { value: 'qwen' } })
    expect(names()).toEqual(['qwen3:14b', 'Use “qwen” as the model idFar away', 'Use “qwen” as the model idGateway'])
  })

  it('shows context window and price without adding them to the name', () => {
    render(<ModelList groups={[priced]} value={null} onChoose={() => undefined} />)
    const option = screen.getByRole('option', { name: 'big' })
    expect(option.textContent).toBe('big128K$2.50 / $10')
    expect(option.getAttribute('aria-description')).toBe('128K context, $2.50 in, $10.00 out per million')
  })

  it('adds the provider to a label that another provider’s model shares', () => {
    const twin = {
      ...priced,
      providerId: 'f',
      name: 'Twin',
      models: [
        { id: 'f:big', name: 'big' },
        { id: 'f:x', name: 'x' },
      ],
    }
    const models = { groups: [priced, twin], defaultModel: 'e:big', demoOnly: false }
    const labels = ['e:big', 'f:big', 'f:x', 'f:typed'].map((id) => modelLabel(models, id))
    expect(labels).toEqual([
      { name: 'big', provider: 'Priced' },
      { name: 'big', provider: 'Twin' },
      { name: 'x', provider: undefined },
      { name: 'typed', provider: undefined },
    ])
  })
})

describe('models that can’t chat', () => {
  const mixed: ModelGroup[] = [
    {
      ...{ providerId: 'a', name: 'Mixed', kind: 'own', problem: null },
      models: [
        { id: 'a:embed', name: 'embed', otherTask: true },
        { id: 'a:chat', name: 'chat' },
        { id: 'a:whisper', name: 'whisper', otherTask: true },
      ],
    },
  ]
  const show = (value: string | null) => render(<ModelList groups={mixed} value={value} onChoose={() => undefined} />)

  it('are listed only on request', () => {
    show('a:chat')
    expect(names()).toEqual(['chat'])
    fireEvent.click(screen.getByRole('checkbox', { name: /Show non-chat/ }))
    expect(names()).toEqual(['embed', 'chat', 'whisper'])
    fireEvent.click(screen.getByRole('checkbox', { name: /Show non-chat/ }))
    expect(names()).toEqual(['chat'])
  })

  it('stay in the list when chosen; without any there is no switch', () => {
    show('a:whisper')
    expect(names()).toEqual(['chat', 'whisper'])
    cleanup()
    open()
    expect(screen.queryByRole('checkbox')).toBeNull()
  })
})

describe('a model that isn’t listed', () => {
  it('can be typed, for each provider that may have it', () => {
    const { chosen, box } = open()
    fireEvent.change(box, { target: { value: 'org/my-model:7b' } })
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual(
      ['Ollama', 'Far away', 'Router'].map((name) => `Use “org/my-model:7b” as the model id${name}`),
    )
    fireEvent.keyDown(box, { key: 'ArrowDown' })
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(chosen).toEqual(['b:org/my-model:7b'])
  })

  it('is offered for a provider without a list even if others have a match', () => {
    const { box } = open()
    fireEvent.change(box, { target: { value: 'model-299' } })
    expect(names()).toEqual(['maker/model-299', 'Use “model-299” as the model idFar away'])
  })

  it('has no prefix for the operator’s provider', () => {
    const chosen: string[] = []
    const operators: ModelGroup = {
      providerId: 'environment-1',
      name: 'Server',
      kind: 'environment',
      models: [],
      problem: null,
    }
    render(<ModelList groups={[operators]} value={null} onChoose={(model) => chosen.push(model)} />)
    expect(screen.getByText('No models listed. Type a model id to use one.')).toBeTruthy()
    fireEvent.change(screen.getByRole('combobox'), { target: { value: ' typed ' } })
    fireEvent.keyDown(screen.getByRole('combobox'), { key: 'Enter' })
    expect(chosen).toEqual(['typed'])
  })
})

function tens(from: number): string[] {
  return Array.from({ length: 10 }, (_, step) => `maker/model-${from + step}`)
}
