'use client'
import { Component, type RefObject } from 'react'

interface Props {
  scroller: RefObject<HTMLElement | null>
  /** The end of this element keeps its position on screen. */
  element: RefObject<HTMLElement | null>
  /** Identifies the content above the element: a change of it may move the element. */
  contentAbove: string
}

/**
 * Scroll anchoring for content that is added or removed above an element. Render it after that content, whose own scroll
 * corrections come first. A class component, because only `getSnapshotBeforeUpdate` runs before the DOM changes.
 */
export class ScrollAnchor extends Component<Props> {
  override getSnapshotBeforeUpdate({ contentAbove }: Props): number | null {
    return contentAbove === this.props.contentAbove ? null : this.bottom()
  }

  override componentDidUpdate(_props: Props, _state: unknown, before: number | null): void {
    const { scroller } = this.props
    const moved = before === null ? 0 : this.bottom() - before
    // Setting `scrollTop` ends a scroll in progress even if the value is the same.
    if (Math.abs(moved) >= 1 && scroller.current) scroller.current.scrollTop += moved
  }

  private bottom(): number {
    return this.props.element.current?.getBoundingClientRect().bottom ?? 0
  }

  override render() {
    return null
  }
}
