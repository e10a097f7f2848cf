'use client'
import { Plus, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'
import { TextField } from '@/components/ui/text-field'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { client } from '@/lib/client/transport/page-client'
import { Group, Section } from '../section'
import { Currency } from './currency'
import { filterPrices } from './price-draft'
import { PriceForm } from './price-form'
import { PriceTable } from './price-table'
import { usePrices } from './use-prices'

/** The currency of costs, and the price of every model. */
export function Prices() {
  return (
    <Section slug="prices">
      <div className="space-y-8">
        <Currency />
        <Group
          title="Model prices"
          description="List prices per million tokens. Edit any that differ for you. Models without a price aren’t counted as free."
        >
          <ModelPrices />
        </Group>
      </div>
    </Section>
  )
}

const addButton = '[data-add]'
const resetButton = '[data-reset]'

/** Prices that can be searched, edited in place, imported from a file, and reset. */
function ModelPrices() {
  const { prices, status, importFile, update } = usePrices()
  const [query, setQuery] = useState('')
  const [onlyCustom, setOnlyCustom] = useState(false)
  const [open, setOpen] = useState<'add' | 'reset' | null>(null)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const close = (focus: string) => {
    setOpen(null)
    focusAfter(focus)
  }
  const resetAll = async () => {
    const list = await client().resetPrices()
    close(addButton)
    update(list, 'List prices restored.')
  }
  const customCount = prices?.own.length ?? 0
  return (
    <div ref={container}>
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          className="min-w-40 flex-1"
          label="Search prices"
          type="search"
          placeholder="Model or provider"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <Button data-add onClick={() => setOpen('add')}>
          <Plus size={16} aria-hidden="true" />
          Add price
        </Button>
        <ImportButton onFile={importFile} />
      </div>
      {prices && open === 'add' ? (
        <PriceForm
          price={null}
          customVersion={null}
          providers={prices.providers}
          onSaved={(list) => {
            update(list, 'Price saved.')
            close(addButton)
          }}
          onCancel={() => close(addButton)}
        />
      ) : null}
      <p
        role="status"
        className={`text-small ${status?.failed ? 'text-danger' : 'text-ink-quiet'} ${status ? 'mt-3' : ''}`}
      >
        {status?.text}
      </p>
      {customCount > 0 ? (
        <CustomPrices
          count={customCount}
          filtered={onlyCustom}
          confirming={open === 'reset'}
          onFilter={setOnlyCustom}
          onAsk={() => setOpen('reset')}
          onReset={resetAll}
          onCancel={() => close(resetButton)}
        />
      ) : null}
      {prices ? (
        <PriceTable
          rows={filterPrices(prices, query, onlyCustom && customCount > 0)}
          prices={prices}
          onSaved={update}
          onClosed={focusAfter}
        />
      ) : (
        <p className="mt-4 text-ink-quiet text-small">{status ? null : 'Loading prices…'}</p>
      )}
    </div>
  )
}

/** Filters by custom prices, and resets all of them after confirmation. */
function CustomPrices({
  count,
  filtered,
  confirming,
  onFilter,
  onAsk,
  onReset,
  onCancel,
}: {
  count: number
  filtered: boolean
  confirming: boolean
  onFilter(filtered: boolean): void
  onAsk(): void
  onReset(): Promise<void>
  onCancel(): void
}) {
  const name = count === 1 ? 'your custom price' : `your ${count} custom prices`
  return (
    <div className="mt-3 flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <label className="flex items-center gap-2 text-small touch:min-h-11">
        <input
          type="checkbox"
          checked={filtered}
          onChange={({ target }) => onFilter(target.checked)}
          className="size-4 touch:size-6 accent-accent"
        />
        Only your custom prices
      </label>
      {confirming ? (
        <Confirmation
          question={`Reset ${name} to list prices? This can’t be undone.`}
          action="Reset"
          onConfirm={onReset}
          onCancel={onCancel}
        />
      ) : (
        <Button data-reset variant="bare" onClick={onAsk}>
          Reset {name}
        </Button>
      )}
    </div>
  )
}

function ImportButton({ onFile }: { onFile(file: File): Promise<void> }) {
  const input = useRef<HTMLInputElement>(null)
  const choose = async (file: File | undefined) => {
    if (!file) return
    await onFile(file)
    // Otherwise choosing the same file again would fire no event.
    if (input.current) input.current.value = ''
  }
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        <Upload size={16} aria-hidden="true" />
        Import JSON
      </Button>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="A file of prices"
        hidden
        onChange={(event) => void choose(event.target.files?.[0])}
      />
    </>
  )
}
