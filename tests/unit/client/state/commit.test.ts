import { describe, expect, test } from 'vitest'
import { type Batches, createCommits } from '@/lib/client/state/commit'
import type { LogEvent } from '@/lib/protocol/events'
import { TestEnvironment } from '../test-environment'

function setUp() {
  const environment = new TestEnvironment('')
  environment.painting = false
  const committed: Batches[] = []
  const commits = createCommits(environment, (batches) => committed.push(batches))
  return { environment, committed, commits }
}

const delta = (seq: number): LogEvent => ({ seq, type: 'delta', data: { text: `${seq} ` } })

describe('commits', () => {
  test('combine the events of all generations in one commit per frame', () => {
    const { environment, committed, commits } = setUp()
    for (let seq = 1; seq <= 100; seq += 1) {
      commits.push('a', [delta(seq)])
      commits.push('b', [delta(seq)])
    }
    expect(committed).toHaveLength(0)
    environment.paint()
    expect(committed).toHaveLength(1)
    expect(committed[0]?.get('a')?.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    expect(committed[0]?.get('b')).toHaveLength(100)
    environment.paint()
    expect(committed).toHaveLength(1)
    commits.push('a', [delta(101)])
    environment.paint()
    expect(committed).toHaveLength(2)
  })

  test('run by timer while the page is hidden', () => {
    const { environment, committed, commits } = setUp()
    environment.setHidden(true)
    commits.push('a', [delta(1)])
    commits.push('a', [delta(2)])
    environment.advance(99)
    expect(committed).toHaveLength(0)
    environment.advance(1)
    expect(committed).toHaveLength(1)
    expect(committed[0]?.get('a')).toHaveLength(2)
  })

  test('do not wait for a frame after the page is hidden', () => {
    const { environment, committed, commits } = setUp()
    commits.push('a', [delta(1)])
    environment.setHidden(true)
    expect([environment.framesWaiting, environment.waits]).toEqual([0, [100]])
    environment.advance(100)
    expect(committed).toHaveLength(1)
  })

  test('return to frames when the page is shown', () => {
    const { environment, committed, commits } = setUp()
    environment.setHidden(true)
    commits.push('a', [delta(1)])
    environment.setHidden(false)
    environment.paint()
    expect(committed).toHaveLength(1)
    expect([environment.framesWaiting, environment.waits]).toEqual([0, []])
  })
})
