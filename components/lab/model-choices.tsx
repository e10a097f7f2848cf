'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import type { ModelGroup } from '@/lib/protocol/api'

const SHOWN_AT_FIRST = 30

/** The models of one provider, to be ticked; many of them only when they are asked for. */
export function ModelChoices({
  group: { name, models: listed },
  chosen,
  onChoose,
}: {
  group: Pick<ModelGroup, 'name' | 'models'>
  chosen: string[]
  onChoose(chosen: string[]): void
}) {
  const [all, setAll] = useState(false)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const models = listed.filter(({ otherTask }) => !otherTask)
  return (
    <div ref={container} className="pb-2">
      <p className="text-ink-quiet text-note">{name}</p>
      {(all ? models : models.slice(0, SHOWN_AT_FIRST)).map(({ id, name: modelName }) => (
        <label key={id} className="flex min-h-8 touch:min-h-11 items-center gap-2 text-small">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={({ target }) => onChoose(target.checked ? [...chosen, id] : chosen.filter((each) => each !== id))}
            className="size-4 touch:size-6 accent-accent"
          />
          <span className="min-w-0 wrap-anywhere">{modelName}</span>
        </label>
      ))}
      {all || models.length <= SHOWN_AT_FIRST ? null : (
        <Button
          variant="quiet"
          onClick={() => {
            setAll(true)
            focusAfter(`label:nth-of-type(${SHOWN_AT_FIRST + 1}) input`)
          }}
        >
          Show all {models.length}
          <span className="sr-only">: {name}</span>
        </Button>
      )}
    </div>
  )
}
