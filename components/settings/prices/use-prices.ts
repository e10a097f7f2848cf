'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { PriceList } from '@/lib/protocol/billing/prices'
import { parsePriceFile, priceProblem } from './price-draft'

/** The list prices and the person's own. `status` is the result of the last load or import. */
export function usePrices() {
  const notify = useConversations((state) => state.notify)
  const [prices, setPrices] = useState<PriceList | null>(null)
  const [status, setStatus] = useState<{ text: string; failed: boolean } | null>(null)
  useReloadModels(prices)

  const request = useCallback(async (call: () => Promise<PriceList>, success = '') => {
    try {
      setPrices(await call())
      setStatus(success ? { text: success, failed: false } : null)
    } catch (error) {
      setStatus({ text: importProblem(error), failed: true })
    }
  }, [])
  useEffect(() => void request(() => client().prices()), [request])

  const importFile = async (file: File) => {
    const text = await file.text()
    await request(async () => client().savePrices(parsePriceFile(text)), `Imported prices from ${file.name}.`)
  }
  /** Shows a list that a change returned, with a notice. */
  const update = (list: PriceList, notice: string) => {
    setPrices(list)
    setStatus(null)
    notify({ id: 'price', text: notice, tone: 'quiet' })
  }
  return { prices, status, importFile, update }
}

/** The model list shows prices too, so it reloads when custom prices change. */
function useReloadModels(prices: PriceList | null): void {
  const loadModels = useConversations((state) => state.loadModels)
  const custom = prices?.own
  const previous = useRef(custom)
  useEffect(() => {
    if (custom && previous.current && previous.current !== custom) void loadModels()
    previous.current = custom
  }, [custom, loadModels])
}

function importProblem(error: unknown): string {
  if (error instanceof SyntaxError) return 'That file isn’t JSON. Choose a file with a list of prices.'
  const problem = problemFrom(error)
  const rowProblem = priceProblem(problem)
  return rowProblem ? `Nothing was imported. Row ${rowProblem.row}: ${rowProblem.message}` : problem.message
}
