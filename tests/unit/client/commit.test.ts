import { describe, expect, test } from 'vitest'
import { type Batches, createCommits } from '@/lib/client/state/commit'
import type { LogEvent } from '@/lib/protocol/events'
import { TestPage } from './page'

function setUp() {
  const page = new TestPage('')
  page.painting = false
  const committed: Batches[] = []
  const commits = createCommits(page, (batches) => committed.push(batches))
  return { page, committed, commits }
}

const delta = (seq: number): LogEvent => ({ seq, type: 'delta', data: { text: `${seq} ` } })

describe('commits', () => {
  test('take all events of all generations in one commit a frame', () => {
    const { page, committed, commits } = setUp()
    for (let seq = 1; seq <= 100; seq += 1) {
      commits.push('a', [delta(seq)])
      commits.push('b', [delta(seq)])
    }
    expect(committed).toHaveLength(0)
    page.paint()
    expect(committed).toHaveLength(1)
    expect(committed[0]?.get('a')?.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    expect(committed[0]?.get('b')).toHaveLength(100)
    page.paint()
    expect(committed).toHaveLength(1)
    commits.push('a', [delta(101)])
    page.paint()
    expect(committed).toHaveLength(2)
  })

  test('come by timer while the page is hidden', () => {
    const { page, committed, commits } = setUp()
    page.setHidden(true)
    commits.push('a', [delta(1)])
    commits.push('a', [delta(2)])
    page.advance(99)
    expect(committed).toHaveLength(0)
    page.advance(1)
    expect(committed).toHaveLength(1)
    expect(committed[0]?.get('a')).toHaveLength(2)
  })

  test('do not wait for a frame that a page hidden meanwhile never has', () => {
    const { page, committed, commits } = setUp()
    commits.push('a', [delta(1)])
    page.setHidden(true)
    expect([page.framesWaiting, page.waits]).toEqual([0, [100]])
    page.advance(100)
    expect(committed).toHaveLength(1)
  })

  test('go back to frames when the page is shown', () => {
    const { page, committed, commits } = setUp()
    page.setHidden(true)
    commits.push('a', [delta(1)])
    page.setHidden(false)
    page.paint()
    expect(committed).toHaveLength(1)
    expect([page.framesWaiting, page.waits]).toEqual([0, []])
  })
})
