'use client'
import { Component, type RefObject } from 'react'

interface Props {
  scroller: RefObject<HTMLElement | null>
  /** Its end stays where it is in sight, */
  element: RefObject<HTMLElement | null>
  /** when this changes: it stands for all that is above. */
  above: string
}

/** Scrolls by as much as comes or goes above the end of an element. Put it after what is above, which may scroll for its part. */
export class ScrollAnchor extends Component<Props> {
  // A class, since only these know where things stood before a change.
  override getSnapshotBeforeUpdate({ above }: Props): number | null {
    return above === this.props.above ? null : this.end()
  }

  override componentDidUpdate(_props: Props, _state: unknown, before: number | null): void {
    const { scroller } = this.props
    const moved = before === null ? 0 : this.end() - before
    // A scroll by nothing would still end one that is under way.
    if (Math.abs(moved) >= 1 && scroller.current) scroller.current.scrollTop += moved
  }

  private end(): number {
    return this.props.element.current?.getBoundingClientRect().bottom ?? 0
  }

  override render() {
    return null
  }
}
