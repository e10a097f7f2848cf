'use client'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { revealAncestors } from '@/components/markdown/offscreen/skip-offscreen'
import { messageAttribute, messageElement, messageTextAttribute } from '@/components/message/message-element'
import { useConversationStore } from '@/lib/client/state/context'
import { messageOf } from '@/lib/client/state/selectors'
import { type Counts, type Find, findMatches, rangesIn, searchPattern } from './search'

/** After the shown text has changed, its marks are drawn again so much later at the most. */
const redrawMs = 120
/** While text grows, it is looked through again so often. */
const againMs = 300
/** So many places are marked at the most; every one can be gone to. */
const mostMarked = 2000
/** In frames. A long text is mounted within some, from where the person is on. */
const patience = 300
const nothing: Find[] = []

export interface Finding {
  finds: Find[]
  /** The place that is gone to, from 0; -1 before the first. */
  at: number
  /** Goes to the next place, or with -1 to the one before, round and round. */
  go(step: 1 | -1): void
}

/**
 * Finds words in all the messages of a path, mounted or not, marks them where they are on screen, and goes from one to
 * the next. Marks are CSS highlights: no node of the text is touched.
 */
export function useFind(
  query: string,
  path: string[],
  content: RefObject<HTMLElement | null>,
  bring: (messageId: string) => Promise<HTMLElement | null>,
): Finding {
  const finds = useFinds(query, path)
  // Words that are typed anew begin anew; a place that is gone to stays the one when others come before it.
  const [gone, setGone] = useState<{ query: string; find: Find } | null>(null)
  const find = gone?.query === query ? gone.find : null
  const at = finds.findIndex((each) => each.messageId === find?.messageId && each.ordinal === find.ordinal)
  const current = useRef(find)
  useEffect(() => {
    current.current = find
  }, [find])

  useMarks(query, content, current)

  const go = useCallback(
    (step: 1 | -1) => {
      if (finds.length === 0) return
      const next = at < 0 && step < 0 ? finds.length - 1 : (at + step + finds.length) % finds.length
      const find = finds[next]
      if (!find) return
      setGone({ query, find })
      current.current = find
      void bring(find.messageId).then(async (element) => {
        const finder = searchPattern(query)
        if (!element || !finder) return
        await mounted(element)
        show(element, finder, find)
      })
    },
    [finds, at, bring, query],
  )
  return { finds, at, go }
}

/** Where words are found in the messages of a path, also while some of these grow. */
function useFinds(query: string, path: string[]): Find[] {
  const store = useConversationStore()
  const [found, setFound] = useState<{ query: string; finds: Find[] }>({ query, finds: [] })
  useEffect(() => {
    const finder = searchPattern(query)
    if (!finder) return
    const looking = new AbortController()
    const counts: Counts = new WeakMap()
    let timer: ReturnType<typeof setTimeout> | undefined
    let before: unknown[] = []
    const look = async () => {
      const messages = path.flatMap((id) => messageOf(store.getState(), id) ?? [])
      const isNew = messages.length !== before.length || messages.some((each, place) => each !== before[place])
      before = messages
      const finds = isNew ? await findMatches(messages, finder, counts, looking.signal) : null
      if (finds) setFound({ query, finds })
      if (!looking.signal.aborted) timer = setTimeout(look, againMs)
    }
    void look()
    return () => {
      looking.abort()
      clearTimeout(timer)
    }
  }, [store, query, path])
  return found.query === query ? found.finds : nothing
}

/** Settles when all of a message is mounted. */
async function mounted(message: HTMLElement): Promise<void> {
  for (let frame = 0; frame < patience && message.querySelector('.pending-chunk'); frame++)
    await new Promise(requestAnimationFrame)
}

/** Scrolls a place into the middle of the sight, also within what is shown cut, and marks it as the one meant. */
function show(message: HTMLElement, finder: RegExp, find: Find): void {
  const ranges = rangesOf(message, finder)
  const range = ranges[Math.min(find.ordinal, ranges.length - 1)]
  revealAncestors(range?.startContainer ?? null)
  range?.startContainer.parentElement?.scrollIntoView({ block: 'center' })
  if (range) CSS.highlights?.set('find-current', new Highlight(range))
}

function rangesOf(message: Element, finder: RegExp): StaticRange[] {
  return [...message.querySelectorAll(`[${messageTextAttribute}]`)].flatMap((text) => rangesIn(text, finder))
}

/** Marks what is found in the mounted messages, and does so again when they change. */
function useMarks(query: string, content: RefObject<HTMLElement | null>, current: RefObject<Find | null>): void {
  useEffect(() => {
    const finder = searchPattern(query)
    const element = content.current
    if (!finder || !element || !CSS.highlights) return
    let timer: ReturnType<typeof setTimeout> | null = null
    const draw = () => {
      timer = null
      const messages = [...element.querySelectorAll(`[${messageAttribute}]`)]
      const found = messages.flatMap((message) => rangesOf(message, finder))
      CSS.highlights.set('find', new Highlight(...found.slice(0, mostMarked)))
      const shown = current.current && messageElement(element, current.current.messageId)
      const ranges = shown ? rangesOf(shown, finder) : []
      const range = ranges[Math.min(current.current?.ordinal ?? 0, ranges.length - 1)]
      CSS.highlights.set('find-current', range ? new Highlight(range) : new Highlight())
    }
    const observer = new MutationObserver(() => {
      timer ??= setTimeout(draw, redrawMs)
    })
    draw()
    observer.observe(element, { childList: true, characterData: true, subtree: true })
    return () => {
      observer.disconnect()
      if (timer) clearTimeout(timer)
      CSS.highlights.delete('find')
      CSS.highlights.delete('find-current')
    }
  }, [query, content, current])
}
