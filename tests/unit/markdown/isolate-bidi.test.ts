import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { isolateBidi } from '@/components/markdown/isolate-bidi'

it.each([
  ['استخدم ./run.sh -v', 'استخدم <bdi dir="ltr">./run.sh -v</bdi>'],
  ['لغة C++ و#C', 'لغة <bdi dir="ltr">C++</bdi> و<bdi dir="ltr">#C</bdi>'],
  ['الهاتف (+966 50 123-4567).', 'الهاتف (<bdi dir="ltr">+966 50 123-4567</bdi>).'],
  ['في 2024-05-01، 050-123-4567', 'في <bdi dir="ltr">2024-05-01</bdi>، <bdi dir="ltr">050-123-4567</bdi>'],
  ['من 10-20 إلى ١٠-٢٠', 'من 10-20 إلى ١٠-٢٠'],
  ['العدد 12,000 فقط', 'العدد 12,000 فقط'],
])('%s', (text, html) => {
  expect(renderToStaticMarkup(isolateBidi(text))).toBe(html)
})

it.each(['1', '，', '/', '-1 ', '+1 ', '1-', '+1('])('takes linear time for a long run of %j', (signs) => {
  const text = `א ${signs.repeat(40_000 / signs.length)}`
  const before = process.cpuUsage()
  isolateBidi(text)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(400)
})
