import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { withIslands } from '@/components/markdown/islands'

it.each([
  ['استخدم ./run.sh -v', 'استخدم <bdi dir="ltr">./run.sh -v</bdi>'],
  ['لغة C++ و#C', 'لغة <bdi dir="ltr">C++</bdi> و<bdi dir="ltr">#C</bdi>'],
  ['العدد 12,000 فقط', 'العدد 12,000 فقط'],
])('%s', (text, html) => {
  expect(renderToStaticMarkup(withIslands(text))).toBe(html)
})

it.each(['1', '，', '/', '-1 '])('takes no time over a long run of %j', (signs) => {
  const text = `א ${signs.repeat(40_000 / signs.length)}`
  const before = process.cpuUsage()
  withIslands(text)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(400)
})
