import { expect, test } from 'vitest'
import { parseConfig } from '@/lib/config'
import { timeoutsFor } from '@/lib/upstream/timeouts'

const limits = { firstTokenMs: 2, localFirstTokenMs: 5, idleMs: 3, heartbeatMs: 4 }
const timeouts = { firstTokenMs: 2, idleMs: 3, heartbeatMs: 4 }
const baseUrl = 'https://api.example.com/v1'
const timeoutsOf = (model: string, more = {}) => timeoutsFor({ model, baseUrl, ...more }, limits)

test.each([
  ...['o1', 'o1-mini', 'o3-2025-04-16', 'openai/o4-mini', 'gpt-5', 'gpt-5.1', 'gpt-5-mini', 'openai/gpt-5-nano'],
  ...['deepseek-reasoner', 'deepseek-r1:70b', 'deepseek/deepseek-r1-0528', 'DeepSeek-R1-Distill-Llama-8B'],
  ...['qwq:32b', 'Qwen/QwQ-32B', 'qwen3-235b-a22b-thinking-2507', 'kimi-k2-thinking', 'grok-4-fast-reasoning'],
  ...['anthropic/claude-3.7-sonnet:thinking', 'magistral-small', 'rill-demo-reasoning'],
  // Models that reason without output.
  ...[
    'grok-4',
    'x-ai/grok-4',
    'gemini-2.5-pro',
    'google/gemini-3-pro-preview',
    'claude-opus-4-5',
    'glm-4.6',
    'z-ai/glm-4.5',
  ],
  ...['deepseek-v4', 'qwen3:8b', 'Qwen/Qwen3-32B', 'gpt-oss:20b', 'openai/gpt-oss-120b'],
])('%s has ten minutes to its first text, and the usual idle timeout', (model) => {
  expect(timeoutsOf(model)).toEqual({ ...timeouts, firstTokenMs: 600_000 })
})

test.each([
  'gpt-4o',
  'gpt-4.1',
  'gpt-5-chat-latest',
  'llama-3.3-70b',
  'o12-large',
  'grok-4-fast-non-reasoning',
  'gemini-2.0-flash',
  'demo1',
  'phi4',
  'non-thinkingly',
])('%s has the configured timeouts', (model) => {
  expect(timeoutsOf(model)).toEqual(timeouts)
})

test.each([
  'http://127.0.0.1:11434/v1',
  'http://localhost:1234/v1',
  'http://[::1]:8080/v1',
  'http://192.168.1.20:8000/v1',
  'http://10.1.2.3/v1',
  'http://100.64.0.7:11434/v1',
  'http://ollama:11434/v1',
  'http://host.docker.internal:11434/v1',
  'http://llm.local:8080/v1',
  'http://gpu.lan/v1',
])('a server at %s has time to load a model', (local) => {
  expect(timeoutsOf('llama3', { baseUrl: local })).toEqual({ ...timeouts, firstTokenMs: 5 })
  expect(timeoutsOf('qwq', { baseUrl: local }).firstTokenMs).toBe(600_000)
})

test.each(['https://api.openai.com/v1', 'http://8.8.8.8/v1', 'https://local.example.com/v1', 'http://demo.invalid/v1'])(
  'a server at %s is not local',
  (other) => {
    expect(timeoutsOf('llama3', { baseUrl: other })).toEqual(timeouts)
  },
)

test('a setting above ten minutes applies', () => {
  expect(timeoutsFor({ model: 'o3', baseUrl }, { ...limits, firstTokenMs: 900_000 }).firstTokenMs).toBe(900_000)
})

test('a person’s choice for a provider takes precedence, longer or shorter', () => {
  const timeoutOverrides = { firstTokenTimeoutMs: 5_000, idleTimeoutMs: 900_000 }
  expect(timeoutsOf('o3', { timeoutOverrides })).toEqual({ ...timeouts, firstTokenMs: 5_000, idleMs: 900_000 })
  const longest = { firstTokenTimeoutMs: 1_800_000, idleTimeoutMs: null }
  expect(timeoutsOf('gpt-4o', { timeoutOverrides: longest }).firstTokenMs).toBe(1_800_000)
  const half = { firstTokenTimeoutMs: null, idleTimeoutMs: 2_000 }
  expect(timeoutsOf('o3', { timeoutOverrides: half })).toEqual({ ...timeouts, firstTokenMs: 600_000, idleMs: 2_000 })
})

test.each<[string, Record<string, string>, number, number]>([
  ['nothing', {}, 300_000, 600_000],
  ['the wait to the first word', { RILL_FIRST_TOKEN_TIMEOUT_MS: '20000' }, 20_000, 20_000],
  ['it empty', { RILL_FIRST_TOKEN_TIMEOUT_MS: '' }, 300_000, 600_000],
  ['the wait to the headers of old', { RILL_HEADERS_TIMEOUT_MS: '60000' }, 300_000, 600_000],
  ['a long one', { RILL_HEADERS_TIMEOUT_MS: '900000' }, 900_000, 900_000],
  ['one that is wrong', { RILL_HEADERS_TIMEOUT_MS: 'a while' }, 300_000, 600_000],
  ['both', { RILL_HEADERS_TIMEOUT_MS: '2500', RILL_FIRST_TOKEN_TIMEOUT_MS: '2500' }, 2500, 2500],
])('an environment that sets %s', (_, variables, firstTokenMs, localFirstTokenMs) => {
  expect(parseConfig(variables).timeouts).toEqual({
    firstTokenMs,
    localFirstTokenMs,
    idleMs: 60_000,
    heartbeatMs: 3_600_000,
  })
})

test.each(['0', '-1', '1.5', 'soon', '99999999999'])('a first-token timeout of %s is rejected', (text) => {
  expect(() => parseConfig({ RILL_FIRST_TOKEN_TIMEOUT_MS: text })).toThrow('RILL_FIRST_TOKEN_TIMEOUT_MS')
})
