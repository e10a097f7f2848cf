import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listPrices, priceOf } from '@/lib/billing/prices'
import { isAmount, picosPerToken } from '@/lib/protocol/billing/money'

const list = listPrices()
const openai = 'https://api.openai.com/v1'
const modelPriced = (model: string, baseUrl = openai) => priceOf({ baseUrl, model, free: false }, [])?.model ?? null

describe('the list', () => {
  it('has amounts, a day and a source in every row, and no row twice', () => {
    for (const row of list) {
      for (const amount of [row.input, row.output, row.cachedInput ?? '0']) expect(isAmount(amount, 4, 6)).toBe(true)
      expect(row.date).toMatch(/^2026-\d\d-\d\d$/)
      expect(row.source).not.toBe('')
      expect(picosPerToken(row.cachedInput ?? '0')).toBeLessThan(picosPerToken(row.input))
      expect(picosPerToken(row.output)).toBeGreaterThanOrEqual(picosPerToken(row.input))
    }
    expect(new Set(list.map(({ provider, model }) => `${provider} ${model}`)).size).toBe(list.length)
  })

  it('has the seven providers', () => {
    const hosts = new Set(list.map(({ provider }) => provider))
    expect([...hosts].sort()).toEqual([
      'api.anthropic.com',
      'api.deepseek.com',
      'api.groq.com',
      'api.mistral.ai',
      'api.openai.com',
      'api.together.ai',
      'api.together.xyz',
      'generativelanguage.googleapis.com',
    ])
  })
})

describe('a model’s price', () => {
  it.each([
    ['gpt-4o', 'gpt-4o'],
    ['gpt-4o-mini', 'gpt-4o-mini'],
    ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
    ['gpt-4o-2024-05-13', 'gpt-4o-2024-05-13'],
    ['gpt-4o-2031-01-01', 'gpt-4o'],
    ['gpt-4o-audio-preview', null],
    ['gpt-4o-2024', null],
    ['gpt-4', 'gpt-4'],
    ['gpt-4-1106-preview', null],
    ['gpt-45', null],
    ['ft:gpt-4o-mini-2024-07-18:org::1', null],
    ['GPT-4o', null],
    ['', null],
  ])('%s is priced as %s', (model, expected) => {
    expect(modelPriced(model)).toBe(expected)
  })

  it('is that of its provider only', () => {
    expect(modelPriced('gpt-4o', 'https://api.openai.com.example.org/v1')).toBeNull()
    expect(modelPriced('gpt-4o', 'https://api.openai.com:8443/v1')).toBeNull()
    expect(modelPriced('claude-sonnet-4-5-20250929', 'https://api.anthropic.com/v1')).toBe('claude-sonnet-4-5-20250929')
    expect(modelPriced('claude-opus-5-20260801', 'https://api.anthropic.com/v1')).toBe('claude-opus-5')
    const gemini = 'https://generativelanguage.googleapis.com/v1beta/openai'
    expect(modelPriced('models/gemini-2.5-flash', gemini)).toBe('gemini-2.5-flash')
    expect(modelPriced('gemini-2.5-flash-001', gemini)).toBe('gemini-2.5-flash')
    expect(modelPriced('gemini-2.5-flash-preview-09-2025', gemini)).toBeNull()
  })

  it('is never that of another family: what follows the name is a date or nothing', () => {
    const names = [...new Set(list.filter(({ provider }) => provider === 'api.openai.com').map(({ model }) => model))]
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.stringMatching(/^[a-z0-9.:@-]{1,12}$/), (name, more) => {
        const priced = modelPriced(name + more)
        if (priced === null || names.includes(name + more)) return
        expect((name + more).slice(priced.length)).toMatch(/^([-@]20\d{6}|-\d{4}-\d\d-\d\d|-\d{3})$/)
      }),
      { numRuns: 2000 },
    )
  })

  it('is the person’s own before all else, nothing for what is free, and null when nobody knows', () => {
    const [first] = list
    if (!first) throw new Error('The list is empty.')
    const own = { ...first, provider: 'localhost:11434', model: 'llama3', input: '9' }
    const local = { baseUrl: 'http://localhost:11434/v1', free: true }
    expect(priceOf({ ...local, model: 'llama3' }, [own])?.input).toBe('9')
    expect(priceOf({ ...local, model: 'qwen' }, [own])).toMatchObject({ input: '0', output: '0' })
    expect(priceOf({ ...local, model: 'qwen', free: false }, [own])).toBeNull()
    const dearer = [{ ...first, model: 'gpt-4o', input: '8' }]
    const priced = (model: string) => priceOf({ baseUrl: openai, model, free: false }, dearer)?.input
    expect([priced('gpt-4o'), priced('gpt-4o-2031-01-01'), priced('gpt-4o-2024-05-13')]).toEqual(['8', '8', '5'])
  })
})
