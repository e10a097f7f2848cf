'use client'
import { Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { IconButton } from '@/components/ui/button'
import type { Price, PriceList } from '@/lib/protocol/billing/prices'
import { priceKey, providerName } from './price-draft'
import { PriceForm } from './price-form'

/** Prices per million tokens, each editable in place. */
export function PriceTable({
  rows,
  prices,
  onSaved,
  onClosed,
}: {
  rows: Price[]
  prices: PriceList
  onSaved(list: PriceList, notice: string): void
  /** A form was closed; the focus moves to the element that matches the selector. */
  onClosed(focus: string): void
}) {
  const [editing, setEditing] = useState<string | null>(null)
  const close = (key: string) => {
    setEditing(null)
    onClosed(`[data-price="${CSS.escape(key)}"] button`)
  }
  if (rows.length === 0)
    return <p className="mt-4 text-ink-quiet text-small">No matching price. Add one to see costs.</p>
  return (
    <table className="mt-4 w-full border-line border-b text-small">
      <caption className="sr-only">Prices per million tokens</caption>
      <TableHead />
      <tbody>
        {rows.map((price) => {
          const key = priceKey(price)
          const customVersion = prices.own.find((each) => each === price)?.version ?? null
          const name = (
            <Name price={price} custom={customVersion !== null} provider={providerName(prices, price.provider)} />
          )
          if (editing !== key) return <PriceRow key={key} price={price} name={name} onEdit={() => setEditing(key)} />
          return (
            <tr key={key} className="border-line border-t">
              <td colSpan={5}>
                {name}
                <PriceForm
                  price={price}
                  customVersion={customVersion}
                  listed={prices.list.some((each) => priceKey(each) === key)}
                  providers={prices.providers}
                  onSaved={(list, notice) => {
                    close(key)
                    onSaved(list, notice)
                  }}
                  onCancel={() => close(key)}
                />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function TableHead() {
  return (
    <thead className="text-ink-quiet text-note">
      <tr className="[&>th]:pb-1 [&>th]:font-regular">
        <th scope="col" className="text-start">
          Model
        </th>
        <NumberCell heading>In</NumberCell>
        <NumberCell heading wideOnly>
          Cached
        </NumberCell>
        <NumberCell heading>Out</NumberCell>
        <th scope="col">
          <span className="sr-only">Edit</span>
        </th>
      </tr>
    </thead>
  )
}

function PriceRow({ price, name, onEdit }: { price: Price; name: ReactNode; onEdit(): void }) {
  return (
    <tr data-price={priceKey(price)} className="border-line border-t">
      <th scope="row" className="pb-1.5 text-start font-regular">
        {name}
      </th>
      <NumberCell>{price.input}</NumberCell>
      <NumberCell wideOnly>{price.cachedInput ?? '–'}</NumberCell>
      <NumberCell>{price.output}</NumberCell>
      <td className="w-8 text-end">
        <IconButton label={`Edit the price of ${price.model}`} onClick={onEdit}>
          <Pencil size={16} aria-hidden="true" />
        </IconButton>
      </td>
    </tr>
  )
}

function Name({ price, custom, provider }: { price: Price; custom: boolean; provider: string }) {
  const { model, currency, source, date, longPrompt } = price
  const details = [
    provider,
    ...(currency === 'USD' ? [] : [`in ${currency}`]),
    ...(longPrompt
      ? [`${longPrompt.input} and ${longPrompt.output} over ${longPrompt.over.toLocaleString()} tokens`]
      : []),
    custom ? 'custom' : date,
  ]
  return (
    <>
      <span className="block wrap-anywhere pt-1.5">{model}</span>
      <span className="block text-ink-quiet text-note wrap-anywhere" title={custom ? undefined : `Source: ${source}`}>
        {details.join(' · ')}
      </span>
    </>
  )
}

/** `wideOnly` cells are hidden on phones. */
function NumberCell({ heading, wideOnly, children }: { heading?: boolean; wideOnly?: boolean; children: string }) {
  const className = `ps-3 text-end align-middle tabular-nums ${wideOnly ? 'max-sm:hidden' : ''}`
  return heading ? (
    <th scope="col" className={className}>
      {children}
    </th>
  ) : (
    <td className={className}>{children}</td>
  )
}
