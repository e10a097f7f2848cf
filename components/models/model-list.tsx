'use client'
import { TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import { filterModels, type ListedGroup, onlyChat, recentFirst, typedModels } from './model-filter'
import { ModelOption } from './model-option'

const noModels: string[] = []

/** The models of every provider with a search box: a combobox whose list is always open. */
export function ModelList({
  groups,
  value,
  recent = noModels,
  onChoose,
}: {
  groups: ListedGroup[]
  value: string | null
  /** Recently used models, latest first. */
  recent?: string[]
  onChoose(model: string): void
}) {
  const [query, setQuery] = useState('')
  const [highlighted, setHighlighted] = useState(value)
  const [showAll, setShowAll] = useState(false)
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  const { shown, typed, ids, hasOtherTasks } = useListedModels(groups, value, recent, query, showAll)
  const active = highlighted !== null && ids.includes(highlighted) ? highlighted : (ids[0] ?? null)
  const optionId = (model: string) => `${listId}-${ids.indexOf(model)}`

  const highlight = (model: string | undefined) => {
    if (model === undefined) return
    setHighlighted(model)
    document.getElementById(optionId(model))?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const index = active === null ? -1 : ids.indexOf(active)
    const targets: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: ids.length - 1 }
    const target = targets[event.key]
    if (target !== undefined && (query === '' || event.key.startsWith('Arrow'))) {
      event.preventDefault()
      highlight(ids[target])
    } else if (event.key === 'Enter' && active !== null) {
      event.preventDefault()
      onChoose(active)
    }
  }

  const option = (model: ListedGroup['models'][number]) => (
    <ModelOption
      key={model.id}
      id={optionId(model.id)}
      model={model}
      chosen={model.id === value}
      active={model.id === active}
      onHighlight={() => setHighlighted(model.id)}
      onChoose={() => onChoose(model.id)}
    />
  )

  return (
    <>
      <input
        type="text"
        dir="auto"
        role="combobox"
        aria-label="Search models"
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={active === null ? undefined : optionId(active)}
        placeholder="Search models"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setHighlighted(null)
          list.current?.scrollTo({ top: 0 })
        }}
        onKeyDown={onKeyDown}
        className="h-11 shrink-0 border-line border-b bg-transparent px-3.5 text-body outline-none"
      />
      <div
        ref={list}
        id={listId}
        role="listbox"
        aria-label="Models"
        className="overflow-y-auto overscroll-contain p-1.5"
      >
        {shown.map((group) => (
          <fieldset key={group.providerId} aria-label={group.name} className="min-w-0 pb-1">
            <div aria-hidden="true" className="truncate px-2 pt-2 pb-1 text-ink-quiet text-note">
              {group.name}
            </div>
            {group.models.map(option)}
            {group.problem ? <GroupProblem message={group.problem.message} /> : <GroupNote group={group} />}
          </fieldset>
        ))}
        {!hasModels(shown) && query !== '' ? (
          <p className="px-2 py-3 text-ink-quiet text-small">No models match “{query.trim()}”.</p>
        ) : null}
        {typed.map(option)}
      </div>
      <Footer
        hasDetails={shown.some(({ models }) => models.some(({ price, contextWindow }) => price ?? contextWindow))}
        hasOtherTasks={hasOtherTasks}
        showAll={showAll}
        onShowAll={setShowAll}
      />
    </>
  )
}

/** The models that the list shows, and their ids in order. */
function useListedModels(
  groups: ListedGroup[],
  value: string | null,
  recent: string[],
  query: string,
  showAll: boolean,
) {
  const chatGroups = useMemo(() => onlyChat(groups, value), [groups, value])
  const offered = showAll ? groups : chatGroups
  const shown = useMemo(
    () => (query.trim() === '' ? recentFirst(offered, recent) : filterModels(offered, query)),
    [offered, query, recent],
  )
  const typed = useMemo(() => typedModels(groups, query, !hasModels(shown)), [groups, shown, query])
  const ids = useMemo(
    () => [...shown.flatMap(({ models }) => models), ...typed].map((model) => model.id),
    [shown, typed],
  )
  const hasOtherTasks = chatGroups.some(({ models }, index) => models.length !== groups[index]?.models.length)
  return { shown, typed, ids, hasOtherTasks }
}

function Footer({
  hasDetails,
  hasOtherTasks,
  showAll,
  onShowAll,
}: {
  hasDetails: boolean
  hasOtherTasks: boolean
  showAll: boolean
  onShowAll(all: boolean): void
}) {
  if (!hasDetails && !hasOtherTasks) return null
  return (
    <div
      className={`flex short:hidden min-h-9 shrink-0 touch:min-h-11 flex-wrap items-center justify-between gap-x-4 border-line border-t px-3.5 py-1 text-ink-quiet text-note ${hasOtherTasks ? '' : 'max-sm:hidden'}`}
    >
      {hasOtherTasks ? (
        <label className="flex touch:min-h-11 items-center gap-2">
          <input
            type="checkbox"
            checked={showAll}
            onChange={({ target }) => onShowAll(target.checked)}
            className="size-4 touch:size-6 accent-accent"
          />
          Show non-chat models
        </label>
      ) : null}
      {hasDetails ? <span className="ms-auto max-sm:hidden">Context · price per million tokens, in / out</span> : null}
    </div>
  )
}

function hasModels(groups: ListedGroup[]): boolean {
  return groups.some(({ models }) => models.length > 0)
}

/** Says that a provider's list is empty or incomplete. */
function GroupNote({ group: { more = 0, models, kind } }: { group: ListedGroup }) {
  const note =
    more > 0
      ? `${more.toLocaleString('en')} more not listed. Type a full model id to use one.`
      : kind !== 'demo' && models.length === 0
        ? 'No models listed. Type a model id to use one.'
        : null
  return note ? <p className="px-2 py-1.5 text-ink-quiet text-note">{note}</p> : null
}

function GroupProblem({ message }: { message: string }) {
  return (
    <div className="flex gap-2 px-2 py-1.5 text-note text-warn">
      <TriangleAlert size={14} className="mt-0.5 shrink-0" aria-hidden="true" />
      <span>{message}</span>
    </div>
  )
}
