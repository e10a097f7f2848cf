import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { Budgets } from '@/components/settings/budgets/budgets'
import { Currency } from '@/components/settings/prices/currency'
import { defaultSettings, type Settings } from '@/lib/protocol/api'
import type { BudgetState } from '@/lib/protocol/billing/budgets'
import { openPage } from '../page'

afterEach(cleanup)

interface Sent {
  method: string
  path: string
  body: Record<string, unknown>
}

const conflict = { error: { kind: 'bad_request', message: 'It is 90 now. Yours was not saved.', retryable: false } }

/** Responds to all further requests of the page. Returns the requests. */
function respondWith(respond: (sent: Sent) => [status: number, body: object] | Promise<[number, object]>): Sent[] {
  const all: Sent[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const sent = { method: init.method ?? 'GET', path, body: JSON.parse(String(init.body ?? '{}')) }
    all.push(sent)
    const [status, body] = await respond(sent)
    return Response.json(body, { status })
  })
  return all
}

async function openCurrency(stored: Partial<Settings> = {}) {
  const page = await openPage({}, <Currency />)
  let settings = { ...defaultSettings, ...stored }
  let refusal: [number, object] | null = null
  const sent = respondWith(({ method, path, body: { seen: _seen, ...change } }) => {
    if (path !== '/api/settings') return [404, conflict]
    if (method === 'PATCH' && refusal) return refusal
    if (method === 'PATCH') settings = { ...settings, ...change }
    return [200, settings]
  })
  const patches = () => sent.filter(({ method }) => method === 'PATCH').map(({ body }) => body)
  fireEvent.change(await screen.findByRole('combobox', { name: 'Currency' }), { target: { value: 'INR' } })
  const rate = screen.getByRole<HTMLInputElement>('textbox', { name: '1 US dollar in INR' })
  return {
    ...page,
    rate,
    patches,
    type: (value: string) => fireEvent.change(rate, { target: { value } }),
    enter: () => fireEvent.submit(screen.getByRole('form', { name: 'Currency' })),
    refuse: (answer: typeof refusal) => (refusal = answer),
    elsewhere: (change: Partial<Settings>) => (settings = { ...settings, ...change }),
  }
}

const usd = { currency: 'USD', exchangeRate: '1' }

test('a rate is saved once, on Enter or on blur, not while it is typed', async () => {
  const { get, type, enter, rate, patches } = await openCurrency()
  for (const typed of ['8', '88', '88.', '88.5']) type(typed)
  expect(patches()).toEqual([])
  enter()
  fireEvent.blur(rate)
  await waitFor(() => expect(get().settings).toMatchObject({ currency: 'INR', exchangeRate: '88.5' }))
  expect(patches()).toEqual([{ currency: 'INR', exchangeRate: '88.5', seen: usd }])
  type('89')
  fireEvent.blur(rate)
  await waitFor(() => expect(get().settings.exchangeRate).toBe('89'))
  expect(patches()[1]).toMatchObject({ exchangeRate: '89', seen: { currency: 'INR', exchangeRate: '88.5' } })
})

test('leaving the page saves the typed rate', async () => {
  const { type, patches, unmount } = await openCurrency()
  type('88.5')
  unmount()
  await waitFor(() => expect(patches()).toHaveLength(1))
})

test('a rate that could not be saved stays in the field, with the problem', async () => {
  const { get, type, enter, rate, refuse, patches } = await openCurrency()
  refuse([503, { error: { kind: 'internal', message: 'The disk is full.', retryable: true } }])
  type('88.5')
  enter()
  await screen.findByText('The disk is full.')
  expect([rate.value, get().settings.currency]).toEqual(['88.5', 'USD'])
  refuse(null)
  enter()
  await waitFor(() => expect(get().settings.exchangeRate).toBe('88.5'))
  expect(patches()).toHaveLength(2)
})

test.each([
  ['Keep 90 INR', '90', 1],
  ['Use 88.5 INR', '88.5', 2],
] as const)(
  'after a conflict, the person chooses between the saved and the typed rate: %s',
  async (choice, kept, calls) => {
    const { get, type, enter, rate, refuse, elsewhere, patches } = await openCurrency()
    elsewhere({ currency: 'INR', exchangeRate: '90' })
    refuse([409, conflict])
    type('88.5')
    enter()
    await screen.findByText('It is 90 now. Yours was not saved.')
    expect(rate.value).toBe('88.5')
    // Blur isn't a choice.
    fireEvent.blur(rate)
    refuse(null)
    fireEvent.click(screen.getByRole('button', { name: choice }))
    await waitFor(() => expect([rate.value, get().settings.exchangeRate]).toEqual([kept, kept]))
    expect(patches()).toHaveLength(calls)
  },
)

test('a setting that fails to save rolls back only itself', async () => {
  const { get } = await openPage({}, <p />)
  respondWith(({ body }) => ('theme' in body ? [503, conflict] : [200, { ...defaultSettings, enterSends: false }]))
  await Promise.all([get().saveSettings({ theme: 'dark' }), get().saveSettings({ enterSends: false })])
  expect(get().settings).toMatchObject({ theme: 'system', enterSends: false })
})

test('settings are saved in the order of the changes, one at a time', async () => {
  const { get } = await openPage({}, <p />)
  let atOnce = 0
  let maxAtOnce = 0
  const sent = respondWith(async ({ body }) => {
    maxAtOnce = Math.max(maxAtOnce, ++atOnce)
    await new Promise((resolve) => setTimeout(resolve, body.theme === 'dark' ? 20 : 0))
    atOnce--
    return [200, { ...defaultSettings, ...body }]
  })
  await Promise.all((['dark', 'light', 'system'] as const).map((theme) => get().saveSettings({ theme })))
  expect([maxAtOnce, sent.map(({ body }) => body.theme)]).toEqual([1, ['dark', 'light', 'system']])
})

const day: BudgetState = {
  ...{ id: 'day', version: 1, scope: 'day', measure: 'tokens', amount: '50', currency: null },
  ...{ warnAt: 0.8, spent: '0', reserved: '0', near: false },
}

async function openBudgets(refusal: number, after: BudgetState[]) {
  let budgets = [day]
  let refusing = true
  await openPage({}, <p />)
  const sent = respondWith(({ method }) => {
    if (method !== 'GET' && refusing) {
      refusing = false
      budgets = after
      return [refusal, conflict]
    }
    return [method === 'POST' ? 201 : 200, { budgets }]
  })
  cleanup()
  await openPageOn(<Budgets />)
  return sent
}

async function openPageOn(shown: React.ReactNode) {
  const respond = globalThis.fetch
  await openPage({}, shown)
  vi.stubGlobal('fetch', respond)
}

test.each([
  ['changed', 409, [{ ...day, amount: '75', version: 2 }], 'is now 75 tokens', 'PATCH'],
  ['removed', 404, [], 'was removed in another tab', 'POST'],
] as const)(
  'a budget that was %s elsewhere keeps the typed amount, and the next save stores it',
  async (_change, status, after, message, method) => {
    const sent = await openBudgets(status, [...after])
    // openPage stubs fetch too, and its response may have arrived first.
    const first = await screen.findByRole('button', { name: /^(Edit budget: |Try again)/ })
    if (first.textContent === 'Try again') fireEvent.click(first)
    fireEvent.click(await screen.findByRole('button', { name: /^Edit budget: / }))
    const form = screen.getByRole('form', { name: 'Edit budget' })
    fireEvent.change(within(form).getByRole('textbox'), { target: { value: '60' } })
    fireEvent.submit(form)
    await waitFor(() => expect(within(form).getByRole('alert').textContent).toContain(message))
    expect(within(form).getByRole<HTMLInputElement>('textbox').value).toBe('60')
    fireEvent.submit(form)
    await waitFor(() => expect(sent.filter(({ method }) => method !== 'GET')).toHaveLength(2))
    const [, second] = sent.filter(({ method }) => method !== 'GET')
    expect(second).toMatchObject({ method, body: { amount: '60' } })
    if (method === 'PATCH') expect(second?.body.version).toBe(2)
  },
)
