'use client'
import { Plus, Upload } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/text-field'
import type { Price, PriceList } from '@/lib/protocol/prices'
import { problemOf } from '@/lib/store/client'
import { useConversations } from '@/lib/store/context'
import { client } from './client'
import { priceProblem, rowsIn } from './price-draft'
import { PriceForm } from './price-form'
import { PriceTable } from './price-table'

const SHOWN_AT_FIRST = 12

/** What every model costs: found, changed in place, brought in from a file, and set back. */
export function Prices() {
  const loadModels = useConversations((state) => state.loadModels)
  const [prices, setPrices] = useState<PriceList | null>(null)
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null)
  const [wanted, setWanted] = useState('')
  const [all, setAll] = useState(false)
  const [adding, setAdding] = useState(false)
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
    await take(async () => client().savePrices(rowsIn(text)), `The prices of ${chosen.name} are in.`)
    if (file.current) file.current.value = ''
  }
  const changed = (list: PriceList) => {
    setPrices(list)
    setAdding(false)
    setSaid(null)
  }

  const rows = prices ? found(prices, wanted) : []
  const shown = all || wanted ? rows : rows.slice(0, SHOWN_AT_FIRST)
  return (
    <div>
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          className="min-w-40 flex-1"
          label="Find a price"
          type="search"
          placeholder="Model or provider"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <Button onClick={() => setAdding(true)}>
          <Plus size={16} aria-hidden="true" />
          Add
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
      {adding ? <PriceForm price={null} own={null} onChanged={changed} onCancel={() => setAdding(false)} /> : null}
      <p role="status" className={`text-small ${said?.wrong ? 'text-danger' : 'text-ink-quiet'} ${said ? 'mt-3' : ''}`}>
        {said?.text}
      </p>
      {prices ? (
        <PriceTable rows={shown} own={prices.own} onChanged={changed} />
      ) : (
        <p className="mt-4 text-ink-quiet text-small">Loading the prices</p>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-2">
        {shown.length < rows.length ? <Button onClick={() => setAll(true)}>Show all {rows.length}</Button> : null}
        {prices && prices.own.length > 0 ? (
          <Button look="danger" onClick={() => void take(() => client().resetPrices(), 'All list prices hold again.')}>
            Reset all {prices.own.length} of your own
          </Button>
        ) : null}
      </div>
    </div>
  )
}

/** The person's own first, then the list prices that they do not replace. */
function found({ list, own }: PriceList, wanted: string): Price[] {
  const replaced = new Set(own.map(keyOf))
  const words = wanted.toLowerCase().split(/\s+/)
  return [...own, ...list.filter((price) => !replaced.has(keyOf(price)))].filter((price) => {
    const text = keyOf(price).toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

function keyOf({ provider, model }: Price): string {
  return `${provider} ${model}`
}

function wordsOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'That file is not JSON. Choose one that holds a list of prices.'
  const problem = problemOf(error)
  const wrong = priceProblem(problem)
  return wrong ? `Nothing was imported. Row ${wrong.row}: ${wrong.words}` : problem.message
}
