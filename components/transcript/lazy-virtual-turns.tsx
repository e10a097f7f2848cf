'use client'
import type { ComponentProps } from 'react'
import { Button } from '@/components/ui/button'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { ESTIMATED_TURN_HEIGHT } from './turn'
import type { VirtualTurns } from './virtual-turns'

const history = lazyComponent(() => import('./virtual-turns').then((module) => module.VirtualTurns))

/** The turns before the ones that are always there, as soon as the code that shows them is. A first conversation needs none. */
export function LazyVirtualTurns(props: ComponentProps<typeof VirtualTurns>) {
  const { component: Component, failed } = history.useComponent()
  if (Component) return <Component {...props} />
  // Who scrolls before it is here must not be moved when it comes.
  if (!failed) return <div style={{ height: props.turns.length * ESTIMATED_TURN_HEIGHT }} />
  return (
    <div role="alert" className="pb-8 text-center text-small">
      <p className="text-ink-quiet">Couldn’t load the part of the page that shows earlier messages.</p>
      <Button className="mt-2" onClick={history.preload}>
        Try again
      </Button>
    </div>
  )
}
