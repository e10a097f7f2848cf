'use client'
import { Check, TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import { filterModels, type ListedGroup, onlyChat, typedModels } from './model-filter'

/** A search box over the models of every provider: a combobox whose list is always open. */
export function ModelList({
  groups,
  value,
  onChange,
}: {
  groups: ListedGroup[]
  value: string | null
  onChange(model: string): void
}) {
  const [query, setQuery] = useState('')
  const [pointed, setPointed] = useState(value)
  const [showsAll, setShowsAll] = useState(false)
  const list = useRef<HTMLDivElement>(null)
  const base = useId()
  const chat = useMemo(() => onlyChat(groups, value), [groups, value])
  const shown = useMemo(() => filterModels(showsAll ? groups : chat, query), [groups, chat, showsAll, query])
  const typed = useMemo(() => typedModels(groups, query, !isFound(shown)), [groups, shown, query])
  const ids = useMemo(
    () => [...shown.flatMap(({ models }) => models), ...typed].map((model) => model.id),
    [shown, typed],
  )
  const active = pointed !== null && ids.includes(pointed) ? pointed : (ids[0] ?? null)
  const optionId = (model: string) => `${base}-${ids.indexOf(model)}`

  const point = (model: string | undefined) => {
    if (model === undefined) return
    setPointed(model)
    document.getElementById(optionId(model))?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const place = active === null ? -1 : ids.indexOf(active)
    const targets: Record<string, number> = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: ids.length - 1 }
    const target = targets[event.key]
    if (target !== undefined && (query === '' || event.key.startsWith('Arrow'))) {
      event.preventDefault()
      point(ids[target])
    } else if (event.key === 'Enter' && active !== null) {
      event.preventDefault()
      onChange(active)
    }
  }

  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="Search models"
        aria-expanded="true"
        aria-controls={base}
        aria-autocomplete="list"
        aria-activedescendant={active === null ? undefined : optionId(active)}
        placeholder="Search models"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setPointed(null)
          list.current?.scrollTo({ top: 0 })
        }}
        onKeyDown={onKeyDown}
        className="h-11 shrink-0 border-line border-b bg-transparent px-3.5 text-body outline-none"
      />
      <div ref={list} id={base} role="listbox" aria-label="Models" className="overflow-y-auto overscroll-contain p-1.5">
        {shown.map((group) => (
          <fieldset key={group.providerId} aria-label={group.name} className="min-w-0 pb-1">
            <div aria-hidden="true" className="truncate px-2 pt-2 pb-1 text-ink-quiet text-note">
              {group.name}
            </div>
            {group.models.map((model) => (
              <ModelOption
                key={model.id}
                id={optionId(model.id)}
                name={model.name}
                note={model.note}
                chosen={model.id === value}
                active={model.id === active}
                onPoint={() => setPointed(model.id)}
                onChoose={() => onChange(model.id)}
              />
            ))}
            {group.problem ? <GroupProblem words={group.problem.message} /> : <GroupNote group={group} />}
          </fieldset>
        ))}
        {!isFound(shown) && query !== '' ? (
          <p className="px-2 py-3 text-ink-quiet text-small">No model is called “{query.trim()}”.</p>
        ) : null}
        {typed.map((model) => (
          <ModelOption
            key={model.id}
            id={optionId(model.id)}
            name={model.name}
            note={model.note}
            chosen={model.id === value}
            active={model.id === active}
            onPoint={() => setPointed(model.id)}
            onChoose={() => onChange(model.id)}
          />
        ))}
      </div>
      {chat.some(({ models }, place) => models.length !== groups[place]?.models.length) ? (
        <label className="flex min-h-9 shrink-0 touch:min-h-11 items-center gap-2 border-line border-t px-3.5 text-ink-quiet text-note">
          <input
            type="checkbox"
            checked={showsAll}
            onChange={({ target }) => setShowsAll(target.checked)}
            className="size-4 touch:size-6 accent-accent"
          />
          Show all, also models that cannot chat
        </label>
      ) : null}
    </>
  )
}

function ModelOption({
  id,
  name,
  note,
  chosen,
  active,
  onPoint,
  onChoose,
}: {
  id: string
  name: string
  note: string | undefined
  chosen: boolean
  active: boolean
  onPoint(): void
  onChoose(): void
}) {
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-active={active || undefined}
      onPointerMove={onPoint}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChoose()
      }}
      className="flex min-h-8 touch:min-h-11 scroll-my-2 items-center gap-2 rounded-small px-2 py-1 text-small wrap-anywhere data-active:bg-surface-pressed"
    >
      <span className="grow">
        {name}
        {note ? <span className="numbers block text-ink-quiet text-note">{note}</span> : null}
      </span>
      {chosen ? <Check size={16} className="shrink-0 text-accent" aria-hidden="true" /> : null}
    </div>
  )
}

function isFound(groups: ListedGroup[]): boolean {
  return groups.some(({ models }) => models.length > 0)
}

/** What a list leaves out. */
function GroupNote({ group: { more = 0, models, kind } }: { group: ListedGroup }) {
  const words =
    more > 0
      ? `${more.toLocaleString('en')} more are not listed. Type the full name of one to use it.`
      : kind !== 'demo' && models.length === 0
        ? 'No models listed. Type the name of one to use it.'
        : null
  return words ? <p className="px-2 py-1.5 text-ink-quiet text-note">{words}</p> : null
}

function GroupProblem({ words }: { words: string }) {
  return (
    <div className="flex gap-2 px-2 py-1.5 text-note text-warn">
      <TriangleAlert size={14} className="mt-0.5 shrink-0" aria-hidden="true" />
      <span>{words}</span>
    </div>
  )
}
