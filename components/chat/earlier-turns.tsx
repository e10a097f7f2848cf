'use client'
import { type ComponentProps, useCallback, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useLazy } from '@/components/ui/use-lazy'
import type { History } from './history'
import { guessedHeight } from './turn'

const fetchHistory = () => import('./history').then((module) => module.History)

/** The turns before the ones that are always there, as soon as the code that shows them is. A first conversation needs none. */
export function EarlierTurns(props: ComponentProps<typeof History>) {
  const { component: Component, load } = useLazy(fetchHistory)
  const [failed, setFailed] = useState(false)
  const begin = useCallback(() => {
    setFailed(false)
    load().catch(() => setFailed(true))
  }, [load])
  useEffect(begin, [begin])
  if (Component) return <Component {...props} />
  // Who scrolls before it is here must not be moved when it comes.
  if (!failed) return <div style={{ height: props.turns.length * guessedHeight }} />
  return (
    <div role="alert" className="pb-8 text-center text-small">
      <p className="text-ink-quiet">The part of the page that shows earlier messages could not be loaded.</p>
      <Button className="mt-2" onClick={begin}>
        Try again
      </Button>
    </div>
  )
}
