import { describe, expect, test, vi } from 'vitest'
import { countReader, followingResponse } from '@/lib/http/readers'

const request = (method: string) => new Request('http://127.0.0.1/api/generations/events', { method })

describe('a response that follows answers', () => {
  test('opens nothing for a HEAD request, whose body nobody reads or cancels', async () => {
    const follow = vi.fn(async () => new Response('data: 1\n\n'))
    const response = await followingResponse(request('HEAD'), 'one who looks', follow)
    expect(follow).not.toHaveBeenCalled()
    expect([response.status, response.headers.get('content-type'), response.body]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      null,
    ])
  })

  test('is counted until it is over, however often it is said to be', async () => {
    const lefts: (() => void)[] = []
    const follow = async ({ left }: { left: () => void }) => {
      lefts.push(left)
      return new Response('data: 1\n\n')
    }
    for (let index = 0; index < 24; index++) await followingResponse(request('GET'), 'one who reads', follow)
    await expect(followingResponse(request('GET'), 'one who reads', follow)).rejects.toMatchObject({ status: 429 })
    expect(lefts).toHaveLength(24)
    expect(() => countReader(request('POST'), 'somebody else')).not.toThrow()
    for (let index = 0; index < 3; index++) lefts[0]?.()
    await followingResponse(request('GET'), 'one who reads', follow)
    await expect(followingResponse(request('GET'), 'one who reads', follow)).rejects.toMatchObject({ status: 429 })
  })
})
