import { describe, expect, test, vi } from 'vitest'
import { countOpenReader, followingResponse } from '@/lib/http/readers'

const request = (method: string) => new Request('http://127.0.0.1/api/generations/events', { method })

describe('a response that follows replies', () => {
  test('opens no log for a HEAD request', async () => {
    const follow = vi.fn(async () => new Response('data: 1\n\n'))
    const response = await followingResponse(request('HEAD'), 'ann', follow)
    expect(follow).not.toHaveBeenCalled()
    expect([response.status, response.headers.get('content-type'), response.body]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      null,
    ])
  })

  test('is counted until it ends, and uncounted once', async () => {
    const closers: (() => void)[] = []
    const follow = async ({ onClose }: { onClose: () => void }) => {
      closers.push(onClose)
      return new Response('data: 1\n\n')
    }
    for (let index = 0; index < 24; index++) await followingResponse(request('GET'), 'bob', follow)
    await expect(followingResponse(request('GET'), 'bob', follow)).rejects.toMatchObject({ status: 429 })
    expect(closers).toHaveLength(24)
    expect(() => countOpenReader(request('POST'), 'cid')).not.toThrow()
    for (let index = 0; index < 3; index++) closers[0]?.()
    await followingResponse(request('GET'), 'bob', follow)
    await expect(followingResponse(request('GET'), 'bob', follow)).rejects.toMatchObject({ status: 429 })
  })
})
