'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import type { ModelGroup } from '@/lib/protocol/api'

const INITIAL_COUNT = 30

/** Checkboxes for the models of one provider. A long list is cut until the person asks for all. */
export function ModelChoices({
  group: { name, models: listed },
  selected,
  onSelect,
}: {
  group: Pick<ModelGroup, 'name' | 'models'>
  selected: string[]
  onSelect(selected: string[]): void
}) {
  const [showsAll, setShowsAll] = useState(false)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const models = listed.filter(({ otherTask }) => !otherTask)
  return (
    <div ref={container} className="pb-2">
      <p className="text-ink-quiet text-note">{name}</p>
      {(showsAll ? models : models.slice(0, INITIAL_COUNT)).map(({ id, name: modelName }) => (
        <label key={id} className="flex min-h-8 touch:min-h-11 items-center gap-2 text-small">
          <input
            type="checkbox"
            checked={selected.includes(id)}
            onChange={({ target }) =>
              onSelect(target.checked ? [...selected, id] : selected.filter((each) => each !== id))
            }
            className="size-4 touch:size-6 accent-accent"
          />
          <span className="min-w-0 wrap-anywhere">{modelName}</span>
        </label>
      ))}
      {showsAll || models.length <= INITIAL_COUNT ? null : (
        <Button
          variant="quiet"
          onClick={() => {
            setShowsAll(true)
            focusAfter(`label:nth-of-type(${INITIAL_COUNT + 1}) input`)
          }}
        >
          Show all {models.length}
          <span className="sr-only">: {name}</span>
        </Button>
      )}
    </div>
  )
}
