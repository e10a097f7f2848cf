'use client'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { revealAncestors } from '@/components/markdown/offscreen/skip-offscreen'
import { messageAttribute, messageElement, messageTextAttribute } from '@/components/message/message-element'
import { useConversationStore } from '@/lib/client/state/context'
import { messageOf } from '@/lib/client/state/selectors'
import { findMatches, type Match, type MatchCounts, rangesIn, searchPattern } from './search'

/** Changes of the rendered text wait up to this long for new highlights. */
const HIGHLIGHT_DELAY_MS = 120
/** How often messages that grow are searched again. */
const SEARCH_INTERVAL_MS = 300
/** Matches beyond this many aren't highlighted; all can be stepped to. */
const MAX_HIGHLIGHTS = 2000
/** Within these a long message is mounted. */
const MAX_FRAMES = 300
const noMatches: Match[] = []

export interface FindState {
  matches: Match[]
  /** The index of the selected match; -1 for none. */
  selected: number
  /** Selects the next match, or with -1 the previous one; wraps around. */
  step(direction: 1 | -1): void
}

/**
 * Searches all messages of a path, mounted or not, highlights the matches on screen and steps through them. Highlights
 * are CSS custom highlights, which leave the DOM as it is.
 */
export function useFind(
  query: string,
  path: string[],
  content: RefObject<HTMLElement | null>,
  goToMessage: (messageId: string) => Promise<HTMLElement | null>,
): FindState {
  const matches = useMatches(query, path)
  // Kept by value: the index changes when matches are added before it. A new query has no selection.
  const [selection, setSelection] = useState<{ query: string; match: Match } | null>(null)
  const match = selection?.query === query ? selection.match : null
  const selected = matches.findIndex((each) => each.messageId === match?.messageId && each.ordinal === match.ordinal)
  const current = useRef(match)
  useEffect(() => {
    current.current = match
  }, [match])

  useHighlights(query, content, current)

  const step = useCallback(
    (direction: 1 | -1) => {
      if (matches.length === 0) return
      const isFirstStepBack = selected < 0 && direction < 0
      const next = isFirstStepBack ? matches.length - 1 : (selected + direction + matches.length) % matches.length
      const match = matches[next]
      if (!match) return
      setSelection({ query, match })
      current.current = match
      void goToMessage(match.messageId).then(async (element) => {
        const pattern = searchPattern(query)
        if (!element || !pattern) return
        await fullyMounted(element)
        reveal(element, pattern, match)
      })
    },
    [matches, selected, goToMessage, query],
  )
  return { matches, selected, step }
}

/** The matches in a path, updated while its messages grow. */
function useMatches(query: string, path: string[]): Match[] {
  const store = useConversationStore()
  const [result, setResult] = useState<{ query: string; matches: Match[] }>({ query, matches: [] })
  useEffect(() => {
    const pattern = searchPattern(query)
    if (!pattern) return
    const controller = new AbortController()
    const counts: MatchCounts = new WeakMap()
    let timer: ReturnType<typeof setTimeout> | undefined
    let last: unknown[] = []
    const search = async () => {
      const messages = path.flatMap((id) => messageOf(store.getState(), id) ?? [])
      const changed = messages.length !== last.length || messages.some((each, index) => each !== last[index])
      last = messages
      const matches = changed ? await findMatches(messages, pattern, counts, controller.signal) : null
      if (matches) setResult({ query, matches })
      if (!controller.signal.aborted) timer = setTimeout(search, SEARCH_INTERVAL_MS)
    }
    void search()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [store, query, path])
  return result.query === query ? result.matches : noMatches
}

/** Waits until all of a message's text is mounted. */
async function fullyMounted(message: HTMLElement): Promise<void> {
  for (let frame = 0; frame < MAX_FRAMES && message.querySelector('.pending-chunk'); frame++)
    await new Promise(requestAnimationFrame)
}

/** Scrolls a match to the middle of the viewport, also inside a clipped prompt, and highlights it as the selected one. */
function reveal(message: HTMLElement, pattern: RegExp, match: Match): void {
  const range = rangeOf(message, pattern, match)
  revealAncestors(range?.startContainer ?? null)
  range?.startContainer.parentElement?.scrollIntoView({ block: 'center' })
  if (range) CSS.highlights?.set('find-current', new Highlight(range))
}

/** The range of a match; of the last one if the rendered text has fewer than the Markdown. */
function rangeOf(message: Element, pattern: RegExp, { ordinal }: Match): StaticRange | undefined {
  const ranges = rangesOf(message, pattern)
  return ranges[Math.min(ordinal, ranges.length - 1)]
}

function rangesOf(message: Element, pattern: RegExp): StaticRange[] {
  return [...message.querySelectorAll(`[${messageTextAttribute}]`)].flatMap((text) => rangesIn(text, pattern))
}

/** Highlights the matches in mounted messages, and updates them when these change. */
function useHighlights(query: string, content: RefObject<HTMLElement | null>, selected: RefObject<Match | null>): void {
  useEffect(() => {
    const pattern = searchPattern(query)
    const element = content.current
    if (!pattern || !element || !CSS.highlights) return
    let timer: ReturnType<typeof setTimeout> | null = null
    const update = () => {
      timer = null
      const messages = [...element.querySelectorAll(`[${messageAttribute}]`)]
      const ranges = messages.flatMap((message) => rangesOf(message, pattern))
      CSS.highlights.set('find', new Highlight(...ranges.slice(0, MAX_HIGHLIGHTS)))
      const match = selected.current
      const message = match && messageElement(element, match.messageId)
      const range = message ? rangeOf(message, pattern, match) : undefined
      CSS.highlights.set('find-current', range ? new Highlight(range) : new Highlight())
    }
    const observer = new MutationObserver(() => {
      timer ??= setTimeout(update, HIGHLIGHT_DELAY_MS)
    })
    update()
    observer.observe(element, { childList: true, characterData: true, subtree: true })
    return () => {
      observer.disconnect()
      if (timer) clearTimeout(timer)
      CSS.highlights.delete('find')
      CSS.highlights.delete('find-current')
    }
  }, [query, content, selected])
}
