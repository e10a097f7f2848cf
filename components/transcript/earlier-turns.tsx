'use client'
import type { ComponentProps } from 'react'
import { Button } from '@/components/ui/button'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import type { History } from './history'
import { guessedHeight } from './turn'

const history = lazyComponent(() => import('./history').then((module) => module.History))

/** The turns before the ones that are always there, as soon as the code that shows them is. A first conversation needs none. */
export function EarlierTurns(props: ComponentProps<typeof History>) {
  const { component: Component, failed } = history.useComponent()
  if (Component) return <Component {...props} />
  // Who scrolls before it is here must not be moved when it comes.
  if (!failed) return <div style={{ height: props.turns.length * guessedHeight }} />
  return (
    <div role="alert" className="pb-8 text-center text-small">
      <p className="text-ink-quiet">Couldn’t load the part of the page that shows earlier messages.</p>
      <Button className="mt-2" onClick={history.preload}>
        Try again
      </Button>
    </div>
  )
}
