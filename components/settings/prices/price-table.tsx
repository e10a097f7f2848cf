'use client'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '@/components/ui/button'
import type { Price, PriceList } from '@/lib/protocol/billing/prices'
import { keyOf, providerName } from './price-draft'
import { PriceForm } from './price-form'

/** Prices per million tokens, each of which can be changed where it stands. */
export function PriceTable({
  rows,
  prices,
  onChanged,
  onClosed,
}: {
  rows: Price[]
  prices: PriceList
  onChanged(list: PriceList, words: string): void
  /** A form is closed, and the focus goes to what the selector names. */
  onClosed(next: string): void
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
      <thead className="text-ink-quiet text-note">
        <tr className="[&>th]:pb-1 [&>th]:font-regular">
          <th scope="col" className="text-start">
            Model
          </th>
          <Figure heading>In</Figure>
          <Figure heading wide>
            Cached
          </Figure>
          <Figure heading>Out</Figure>
          <th scope="col">
            <span className="sr-only">Edit</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((price) => {
          const key = keyOf(price)
          const version = prices.own.find((each) => each === price)?.version ?? null
          const name = <Name price={price} own={version !== null} provider={providerName(prices, price.provider)} />
          if (editing === key) {
            return (
              <tr key={key} className="border-line border-t">
                <td colSpan={5}>
                  {name}
                  <PriceForm
                    price={price}
                    own={version}
                    listed={prices.list.some((each) => keyOf(each) === key)}
                    providers={prices.providers}
                    onChanged={(list, words) => {
                      close(key)
                      onChanged(list, words)
                    }}
                    onCancel={() => close(key)}
                  />
                </td>
              </tr>
            )
          }
          return (
            <tr key={key} data-price={key} className="border-line border-t">
              <th scope="row" className="pb-1.5 text-start font-regular">
                {name}
              </th>
              <Figure>{price.input}</Figure>
              <Figure wide>{price.cachedInput ?? '–'}</Figure>
              <Figure>{price.output}</Figure>
              <td className="w-8 text-end">
                <IconButton label={`Edit the price of ${price.model}`} onClick={() => setEditing(key)}>
                  <Pencil size={16} aria-hidden="true" />
                </IconButton>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Name({ price, own, provider }: { price: Price; own: boolean; provider: string }) {
  const { model, currency, source, date, longPrompt } = price
  const facts = [
    provider,
    ...(currency === 'USD' ? [] : [`in ${currency}`]),
    ...(longPrompt
      ? [`${longPrompt.input} and ${longPrompt.output} over ${longPrompt.over.toLocaleString()} tokens`]
      : []),
    own ? 'custom' : date,
  ]
  return (
    <>
      <span className="block wrap-anywhere pt-1.5">{model}</span>
      <span className="block text-ink-quiet text-note wrap-anywhere" title={own ? undefined : `Source: ${source}`}>
        {facts.join(' · ')}
      </span>
    </>
  )
}

/** A cell with a number; `wide` ones only where there is room. */
function Figure({ heading, wide, children }: { heading?: boolean; wide?: boolean; children: string }) {
  const look = `ps-3 text-end align-middle tabular-nums ${wide ? 'max-sm:hidden' : ''}`
  return heading ? (
    <th scope="col" className={look}>
      {children}
    </th>
  ) : (
    <td className={look}>{children}</td>
  )
}
