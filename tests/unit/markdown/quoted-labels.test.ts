import { expect, it } from 'vitest'
import { withQuotedLabels } from '@/components/markdown/diagram/quoted-labels'

it.each([
  ['A[Load (fast)] --> B', 'A["Load (fast)"] --> B'],
  ['A[Load (fast)] --> B[Save (slow)]', 'A["Load (fast)"] --> B["Save (slow)"]'],
  ['  A[Plain] --> B{Is it (ok)?}', '  A[Plain] --> B{"Is it (ok)?"}'],
  ['B -->|yes (mostly)| C[End]', 'B -->|"yes (mostly)"| C[End]'],
  ['A(Round (x)) --> B', 'A("Round (x)") --> B'],
  ['A([Stadium (x)]) --> B', 'A(["Stadium (x)"]) --> B'],
  ['A[(Database)] --> B[(Data (main))]', 'A[(Database)] --> B[("Data (main)")]'],
  ['A[[Sub (x)]] --> B((Circle (y)))', 'A[["Sub (x)"]] --> B(("Circle (y)"))'],
  ['A["Quoted (x)"] --> B', 'A["Quoted (x)"] --> B'],
  ['A[Say "hi" (x)]', 'A["Say #quot;hi#quot; (x)"]'],
  ['A[f(x)] & B[g(x)] --> C[array[0]]', 'A["f(x)"] & B["g(x)"] --> C["array[0]"]'],
  ['A[开始(第一步)] --> B[结束]', 'A["开始(第一步)"] --> B[结束]'],
  ['A[Call f(x)]:::big;', 'A["Call f(x)"]:::big;'],
  ['style A fill:#fff', 'style A fill:#fff'],
  ['A --> B', 'A --> B'],
])('%s', (line, expected) => {
  expect(withQuotedLabels(`flowchart TD\n${line}`)).toBe(`flowchart TD\n${expected}`)
})

it.each([
  '---\n'.repeat(400),
  `flowchart TD\n${'A[b (c)]-->'.repeat(8000)}`,
  `flowchart TD\n${'a['.repeat(20_000)}${']'.repeat(10_000)}`,
])('takes linear time for a long text, %#', (text) => {
  const before = process.cpuUsage()
  withQuotedLabels(text)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(400)
})

it.each([
  '---\ntitle: Load (fast)\n---\nflowchart TD',
  '%% one\n%% two\ngraph LR',
  '---\ntitle: x\n---\n%% one\nflowchart TD',
])('finds the flowchart below %j', (head) => {
  expect(withQuotedLabels(`${head}\nA[b (c)]`)).toBe(`${head}\nA["b (c)"]`)
})

it('leaves other diagrams alone', () => {
  const text = 'sequenceDiagram\n  A->>B: call (x)\n  participant C[x (y)]'
  expect(withQuotedLabels(text)).toBe(text)
})
