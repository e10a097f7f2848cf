'use client'
import { TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import { filterModels, type ListedGroup, onlyChat, recentFirst, typedModels } from './model-filter'
import { ModelOption } from './model-option'

const nothing: string[] = []

/** A search box over the models of every provider: a combobox whose list is always open. */
export function ModelList({
  groups,
  value,
  recent = nothing,
  onChange,
}: {
  groups: ListedGroup[]
  value: string | null
  /** What was used last, the latest first. */
  recent?: string[]
  onChange(model: string): void
}) {
  const [query, setQuery] = useState('')
  const [pointed, setPointed] = useState(value)
  const [showsAll, setShowsAll] = useState(false)
  const list = useRef<HTMLDivElement>(null)
  const base = useId()
  const chat = useMemo(() => onlyChat(groups, value), [groups, value])
  const offered = showsAll ? groups : chat
  const shown = useMemo(
    () => (query.trim() === '' ? recentFirst(offered, recent) : filterModels(offered, query)),
    [offered, query, recent],
  )
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
        dir="auto"
        role="combobox"
        aria-label="Search models"
        aria-expanded="true"
        aria-controls={base}
        aria-autocomplete="list"
        aria-activedescendant={active === null ? undefined : optionId(active)}
        placeholder="Search models"
        autoComplete="off"
        autoCapitalize="none"
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
                model={model}
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
          <p className="px-2 py-3 text-ink-quiet text-small">No models match “{query.trim()}”.</p>
        ) : null}
        {typed.map((model) => (
          <ModelOption
            key={model.id}
            id={optionId(model.id)}
            model={model}
            chosen={model.id === value}
            active={model.id === active}
            onPoint={() => setPointed(model.id)}
            onChoose={() => onChange(model.id)}
          />
        ))}
      </div>
      <Foot
        isPriced={shown.some(({ models }) => models.some(({ price, contextWindow }) => price ?? contextWindow))}
        isPartial={chat.some(({ models }, place) => models.length !== groups[place]?.models.length)}
        showsAll={showsAll}
        onShowAll={setShowsAll}
      />
    </>
  )
}

function Foot({
  isPriced,
  isPartial,
  showsAll,
  onShowAll,
}: {
  isPriced: boolean
  isPartial: boolean
  showsAll: boolean
  onShowAll(all: boolean): void
}) {
  if (!isPriced && !isPartial) return null
  return (
    <div
      className={`flex short:hidden min-h-9 shrink-0 touch:min-h-11 flex-wrap items-center justify-between gap-x-4 border-line border-t px-3.5 py-1 text-ink-quiet text-note ${isPartial ? '' : 'max-sm:hidden'}`}
    >
      {isPartial ? (
        <label className="flex touch:min-h-11 items-center gap-2">
          <input
            type="checkbox"
            checked={showsAll}
            onChange={({ target }) => onShowAll(target.checked)}
            className="size-4 touch:size-6 accent-accent"
          />
          Show non-chat models
        </label>
      ) : null}
      {isPriced ? <span className="ms-auto max-sm:hidden">Context · price per million tokens, in / out</span> : null}
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
      ? `${more.toLocaleString('en')} more not listed. Type a full model id to use one.`
      : kind !== 'demo' && models.length === 0
        ? 'No models listed. Type a model id to use one.'
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
