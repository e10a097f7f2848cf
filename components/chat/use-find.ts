'use client'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { useConversations } from '@/lib/store/context'
import { messageOf } from '@/lib/store/selectors'
import { type Find, findAll, finderOf, rangesIn } from './find'
import { messageElement, messageMark, textMark } from './message-element'

/** After the shown text has changed, its marks are drawn again so much later at the most. */
const redrawMs = 120

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
  const messages = useConversations(
    useShallow((state) => path.map((id) => messageOf(state, id)).filter((each) => each !== undefined)),
  )
  const [finds, setFinds] = useState<Find[]>([])
  const [at, setAt] = useState(-1)
  const current = useRef<Find | null>(null)

  useEffect(() => {
    const finder = finderOf(query)
    const looking = new AbortController()
    if (!finder) setFinds([])
    else void findAll(messages, finder, looking.signal).then((found) => found && setFinds(found))
    return () => looking.abort()
  }, [messages, query])

  // Words that are typed anew begin anew.
  const [asked, setAsked] = useState(query)
  if (asked !== query) {
    setAsked(query)
    setAt(-1)
  }
  useEffect(() => {
    if (at < 0) current.current = null
  }, [at])

  useMarks(query, content, current)

  const go = useCallback(
    (step: 1 | -1) => {
      if (finds.length === 0) return
      const next = at < 0 && step < 0 ? finds.length - 1 : (at + step + finds.length) % finds.length
      const find = finds[next]
      if (!find) return
      setAt(next)
      current.current = find
      void bring(find.messageId).then((element) => {
        const finder = finderOf(query)
        if (element && finder) show(element, finder, find)
      })
    },
    [finds, at, bring, query],
  )
  return { finds, at: Math.min(at, finds.length - 1), go }
}

/** Scrolls a place into the middle of the sight, also within what is shown cut, and marks it as the one meant. */
function show(message: HTMLElement, finder: RegExp, find: Find): void {
  const ranges = rangesOf(message, finder)
  const range = ranges[Math.min(find.ordinal, ranges.length - 1)]
  range?.startContainer.parentElement?.scrollIntoView({ block: 'center' })
  if (range) CSS.highlights?.set('find-current', new Highlight(range))
}

function rangesOf(message: Element, finder: RegExp): Range[] {
  return [...message.querySelectorAll(`[${textMark}]`)].flatMap((text) => rangesIn(text, finder))
}

/** Marks what is found in the mounted messages, and does so again when they change. */
function useMarks(query: string, content: RefObject<HTMLElement | null>, current: RefObject<Find | null>): void {
  useEffect(() => {
    const finder = finderOf(query)
    const element = content.current
    if (!finder || !element || !CSS.highlights) return
    let timer: ReturnType<typeof setTimeout> | null = null
    const draw = () => {
      timer = null
      const messages = [...element.querySelectorAll(`[${messageMark}]`)]
      CSS.highlights.set('find', new Highlight(...messages.flatMap((message) => rangesOf(message, finder))))
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
