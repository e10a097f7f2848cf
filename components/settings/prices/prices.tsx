'use client'
import { Plus, Upload } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'
import { TextField } from '@/components/ui/text-field'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { useConversations } from '@/lib/client/state/context'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { Price, PriceList } from '@/lib/protocol/billing/prices'
import { Group, Section } from '../section'
import { Currency } from './currency'
import { keyOf, priceProblem, providerName, rowsIn } from './price-draft'
import { PriceForm } from './price-form'
import { PriceTable } from './price-table'

/** The currency of costs, and what every model costs. */
export function Prices() {
  return (
    <Section slug="prices">
      <div className="space-y-8">
        <Currency />
        <Group
          title="Model prices"
          words="List prices per million tokens. Edit any that differ for you. Models without a price aren’t counted as free."
        >
          <PriceLists />
        </Group>
      </div>
    </Section>
  )
}

const addButton = '[data-add]'

/** Prices are found, changed in place, brought in from a file, and set back. */
function PriceLists() {
  const loadModels = useConversations((state) => state.loadModels)
  const notify = useConversations((state) => state.notify)
  const [prices, setPrices] = useState<PriceList | null>(null)
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null)
  const [wanted, setWanted] = useState('')
  const [onlyOwn, setOnlyOwn] = useState(false)
  const [open, setOpen] = useState<'adding' | 'resetting' | null>(null)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const file = useRef<HTMLInputElement>(null)

  const known = prices?.own
  const first = useRef(known)
  useEffect(() => {
    // The list of models holds their prices too.
    if (known && first.current && first.current !== known) void loadModels()
    first.current = known
  }, [known, loadModels])

  const take = useCallback(async (job: () => Promise<PriceList>, done = '') => {
    try {
      setPrices(await job())
      setSaid(done ? { text: done, wrong: false } : null)
    } catch (error) {
      setSaid({ text: wordsOf(error), wrong: true })
    }
  }, [])
  useEffect(() => void take(() => client().prices()), [take])
  const onFile = async (chosen: File | undefined) => {
    if (!chosen) return
    const text = await chosen.text()
    await take(async () => client().savePrices(rowsIn(text)), `Imported prices from ${chosen.name}.`)
    if (file.current) file.current.value = ''
  }
  const close = (next: string) => {
    setOpen(null)
    focusAfter(next)
  }
  const changed = (list: PriceList, words: string) => {
    setPrices(list)
    setSaid(null)
    notify({ id: 'price', text: words, tone: 'quiet' })
  }

  const own = prices?.own.length ?? 0
  const rows = prices ? found(prices, wanted, onlyOwn && own > 0) : []
  return (
    <div ref={container}>
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          className="min-w-40 flex-1"
          label="Search prices"
          type="search"
          placeholder="Model or provider"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <Button data-add onClick={() => setOpen('adding')}>
          <Plus size={16} aria-hidden="true" />
          Add price
        </Button>
        <Button onClick={() => file.current?.click()}>
          <Upload size={16} aria-hidden="true" />
          Import JSON
        </Button>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          aria-label="A file of prices"
          hidden
          onChange={(event) => void onFile(event.target.files?.[0])}
        />
      </div>
      {prices && open === 'adding' ? (
        <PriceForm
          price={null}
          own={null}
          providers={prices.providers}
          onChanged={(list) => {
            changed(list, 'Price saved.')
            close(addButton)
          }}
          onCancel={() => close(addButton)}
        />
      ) : null}
      <p role="status" className={`text-small ${said?.wrong ? 'text-danger' : 'text-ink-quiet'} ${said ? 'mt-3' : ''}`}>
        {said?.text}
      </p>
      {own > 0 ? (
        <div className="mt-3 flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <label className="flex items-center gap-2 text-small touch:min-h-11">
            <input
              type="checkbox"
              checked={onlyOwn}
              onChange={({ target }) => setOnlyOwn(target.checked)}
              className="size-4 touch:size-6 accent-accent"
            />
            Only your custom prices
          </label>
          {open === 'resetting' ? (
            <Confirmation
              question={`Reset ${customPrices(own)} to list prices? This can’t be undone.`}
              action="Reset"
              onConfirm={async () => {
                const list = await client().resetPrices()
                close(addButton)
                changed(list, 'List prices restored.')
              }}
              onCancel={() => close('[data-reset]')}
            />
          ) : (
            <Button data-reset variant="bare" onClick={() => setOpen('resetting')}>
              Reset {customPrices(own)}
            </Button>
          )}
        </div>
      ) : null}
      {prices ? (
        <PriceTable rows={rows} prices={prices} onChanged={changed} onClosed={focusAfter} />
      ) : (
        <p className="mt-4 text-ink-quiet text-small">{said ? null : 'Loading prices…'}</p>
      )}
    </div>
  )
}

function customPrices(own: number): string {
  return own === 1 ? 'your custom price' : `your ${own} custom prices`
}

/** The person's own in the place of those that they replace, and before them all what the list does not have. */
function found(prices: PriceList, wanted: string, onlyOwn: boolean): Price[] {
  const { list, own } = prices
  const mine = new Map(own.map((price) => [keyOf(price), price]))
  const listed = new Set(list.map(keyOf))
  const added = own.filter((price) => !listed.has(keyOf(price)))
  const all: Price[] = onlyOwn ? own : [...added, ...list.map((price) => mine.get(keyOf(price)) ?? price)]
  const words = wanted.toLowerCase().split(/\s+/)
  return all.filter((price) => {
    const text = `${providerName(prices, price.provider)} ${keyOf(price)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

function wordsOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'That file isn’t JSON. Choose a file with a list of prices.'
  const problem = problemFrom(error)
  const wrong = priceProblem(problem)
  return wrong ? `Nothing was imported. Row ${wrong.row}: ${wrong.words}` : problem.message
}
