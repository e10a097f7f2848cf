'use client'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '@/components/ui/button'
import type { OwnPrice, Price, PriceList } from '@/lib/protocol/prices'
import { PriceForm } from './price-form'

/** Prices per million tokens, each of which can be changed where it stands. */
export function PriceTable({
  rows,
  own,
  onChanged,
}: {
  rows: Price[]
  own: OwnPrice[]
  onChanged(list: PriceList): void
}) {
  const [editing, setEditing] = useState<string | null>(null)
  if (rows.length === 0)
    return <p className="mt-4 text-ink-quiet text-small">No price by that name. Add it, and its costs are shown.</p>
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
            <span className="sr-only">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((price) => {
          const key = `${price.provider} ${price.model}`
          const version = own.find((each) => each === price)?.version ?? null
          const mine = version !== null
          if (editing === key) {
            return (
              <tr key={key} className="border-line border-t">
                <td colSpan={5}>
                  <Name price={price} own={mine} />
                  <PriceForm
                    price={price}
                    own={version}
                    onChanged={(list) => {
                      setEditing(null)
                      onChanged(list)
                    }}
                    onCancel={() => setEditing(null)}
                  />
                </td>
              </tr>
            )
          }
          return (
            <tr key={key} className="border-line border-t">
              <th scope="row" className="pb-1.5 text-start font-regular">
                <Name price={price} own={mine} />
              </th>
              <Figure>{price.input}</Figure>
              <Figure wide>{price.cachedInput ?? '–'}</Figure>
              <Figure>{price.output}</Figure>
              <td className="w-8 text-end">
                <IconButton label={`Change the price of ${price.model}`} onClick={() => setEditing(key)}>
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

function Name({ price, own }: { price: Price; own: boolean }) {
  const { provider, model, currency, source, date, longPrompt } = price
  const facts = [
    provider,
    ...(currency === 'USD' ? [] : [`in ${currency}`]),
    ...(longPrompt
      ? [`${longPrompt.input} and ${longPrompt.output} over ${longPrompt.over.toLocaleString()} tokens`]
      : []),
    own ? 'your own' : date,
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
