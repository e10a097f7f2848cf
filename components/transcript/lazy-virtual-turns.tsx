'use client'
import type { ComponentProps } from 'react'
import { Button } from '@/components/ui/button'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { ESTIMATED_TURN_HEIGHT } from './turn'
import type { VirtualTurns } from './virtual-turns'

const virtualTurns = lazyComponent(() => import('./virtual-turns').then((module) => module.VirtualTurns))

/** `VirtualTurns`, whose code a short conversation doesn't load. */
export function LazyVirtualTurns(props: ComponentProps<typeof VirtualTurns>) {
  const { component: Component, failed } = virtualTurns.useComponent()
  if (Component) return <Component {...props} />
  // Takes their place, so that nothing moves when they come.
  if (!failed) return <div style={{ height: props.turns.length * ESTIMATED_TURN_HEIGHT }} />
  return (
    <div role="alert" className="pb-8 text-center text-small">
      <p className="text-ink-quiet">Couldn’t load the part of the page that shows earlier messages.</p>
      <Button className="mt-2" onClick={virtualTurns.preload}>
        Try again
      </Button>
    </div>
  )
}
