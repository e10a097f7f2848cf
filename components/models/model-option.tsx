'use client'
import { Check } from 'lucide-react'
import { formatPrice, formatShortPrice } from '@/components/format/price'
import type { ListedGroup } from './model-filter'

/** A model in the list, with its context window and price if they are known. */
export function ModelOption({
  id,
  model: { name, note, price, contextWindow },
  chosen,
  active,
  onHighlight,
  onChoose,
}: {
  id: string
  model: ListedGroup['models'][number]
  chosen: boolean
  active: boolean
  onHighlight(): void
  onChoose(): void
}) {
  const context = contextWindow ? compact.format(contextWindow) : null
  const description = [context && `${context} context`, price && formatPrice(price)].filter(Boolean).join(', ')
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-label={note ? `${name}, ${note}` : name}
      aria-description={description || undefined}
      aria-selected={chosen}
      data-active={active || undefined}
      onPointerMove={onHighlight}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChoose()
      }}
      className="flex min-h-8 touch:min-h-11 scroll-my-2 items-center gap-2 rounded-small px-2 py-1 text-small data-active:bg-surface-pressed"
    >
      <span className="grow wrap-anywhere">
        {name}
        {note ? <span className="tabular-nums ms-2 text-ink-quiet text-note">{note}</span> : null}
      </span>
      {context ? <span className="tabular-nums shrink-0 text-ink-quiet text-note">{context}</span> : null}
      {price ? (
        <span className="tabular-nums min-w-22 shrink-0 text-end text-ink-quiet text-note">
          {formatShortPrice(price)}
        </span>
      ) : null}
      <Check size={16} className={`shrink-0 text-accent ${chosen ? '' : 'invisible'}`} aria-hidden="true" />
    </div>
  )
}

const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 0 })
