import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readUsage } from '@/lib/upstream/usage'

type Counts = [prompt: number, completion: number, cached?: number, reasoning?: number]

test.each<[string, object, Counts]>([
  [
    'OpenAI',
    {
      prompt_tokens: 50,
      completion_tokens: 30,
      total_tokens: 80,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 20 },
    },
    [50, 30, 40, 20],
  ],
  ['no total', { prompt_tokens: 5, completion_tokens: 3 }, [5, 3]],
  [
    'xAI, which leaves what it thought out of the answer',
    {
      prompt_tokens: 5,
      completion_tokens: 10,
      total_tokens: 315,
      completion_tokens_details: { reasoning_tokens: 300 },
    },
    [5, 310, 0, 300],
  ],
  [
    'Gemini, which says nothing of what it thought',
    { prompt_tokens: 12, completion_tokens: 40, total_tokens: 700 },
    [12, 688, 0, 648],
  ],
  ['a total below its parts', { prompt_tokens: 12, completion_tokens: 40, total_tokens: 40 }, [12, 40]],
  ['Moonshot', { prompt_tokens: 19, completion_tokens: 21, total_tokens: 40, cached_tokens: 10 }, [19, 21, 10]],
  [
    'DeepSeek',
    {
      prompt_tokens: 19,
      completion_tokens: 21,
      total_tokens: 40,
      prompt_cache_hit_tokens: 12,
      prompt_cache_miss_tokens: 7,
    },
    [19, 21, 12],
  ],
  [
    'Anthropic by OpenAI’s names',
    { prompt_tokens: 10, completion_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 },
    [130, 5, 100],
  ],
  [
    'that with a total of all',
    {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 135,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
    },
    [130, 5, 100],
  ],
  [
    'that with a total of what is not cached',
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cache_read_input_tokens: 100 },
    [110, 5, 100],
  ],
  [
    'Anthropic by its own names',
    { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 0 },
    [110, 5, 100],
  ],
  [
    'Anthropic’s counts beside OpenAI’s',
    {
      prompt_tokens: 130,
      completion_tokens: 5,
      total_tokens: 135,
      prompt_tokens_details: { cached_tokens: 100 },
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
    },
    [130, 5, 100],
  ],
  [
    'nothing read, and OpenAI’s details',
    {
      prompt_tokens: 130,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 0 },
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 120,
    },
    [130, 5],
  ],
  [
    'the names of Responses',
    {
      input_tokens: 50,
      output_tokens: 30,
      total_tokens: 80,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens_details: { reasoning_tokens: 20 },
    },
    [50, 30, 40, 20],
  ],
  ['counts as text', { prompt_tokens: '12', completion_tokens: '3', total_tokens: '15' }, [12, 3]],
  [
    'camel case',
    {
      promptTokens: 50,
      completionTokens: 30,
      totalTokens: 80,
      promptTokensDetails: { cachedTokens: 40 },
      completionTokensDetails: { reasoningTokens: 20 },
    },
    [50, 30, 40, 20],
  ],
  [
    'Bedrock',
    { inputTokens: 10, outputTokens: 5, totalTokens: 135, cacheReadInputTokens: 100, cacheWriteInputTokens: 20 },
    [130, 5, 100],
  ],
  [
    'the AI SDK',
    { inputTokens: '50', outputTokens: '30', totalTokens: '80', cachedInputTokens: '40', reasoningTokens: '20' },
    [50, 30, 40, 20],
  ],
  [
    'Gemini by its own names',
    {
      promptTokenCount: 12,
      candidatesTokenCount: 40,
      totalTokenCount: 700,
      cachedContentTokenCount: 8,
      thoughtsTokenCount: 648,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
    },
    [12, 688, 8, 648],
  ],
  [
    'that with no total',
    { prompt_token_count: 12, candidates_token_count: 40, thoughts_token_count: 648 },
    [12, 688, 0, 648],
  ],
  ['that with thoughts alone', { promptTokenCount: 12, totalTokenCount: 60, thoughtsTokenCount: 48 }, [12, 48, 0, 48]],
  [
    'what the results of tools add to its prompt',
    { promptTokenCount: 12, toolUsePromptTokenCount: 100, candidatesTokenCount: 40, totalTokenCount: 152 },
    [112, 40, 0, 0],
  ],
  [
    'the same with thoughts, and no total',
    { prompt_token_count: 12, tool_use_prompt_token_count: 100, candidates_token_count: 40, thoughts_token_count: 8 },
    [112, 48, 0, 8],
  ],
  ['names of both', { prompt_tokens: 5, input_tokens: 5, completion_tokens: 3, output_tokens: 3 }, [5, 3]],
  ['no answer yet', { prompt_tokens: 5, total_tokens: 5 }, [5, 0]],
  ['no answer, and a total', { prompt_tokens: 5, total_tokens: 8 }, [5, 3]],
  ['no prompt, and a total', { completion_tokens: 3, total_tokens: 8 }, [5, 3]],
  ['more cached than there was', { prompt_tokens: 5, completion_tokens: 3, cached_tokens: 70 }, [5, 3, 5]],
  [
    'more thought than there was',
    { prompt_tokens: 5, completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 70 } },
    [5, 3, 0, 3],
  ],
  [
    'details of null',
    {
      prompt_tokens: 5,
      completion_tokens: 3,
      prompt_tokens_details: null,
      completion_tokens_details: null,
      cached_tokens: null,
    },
    [5, 3],
  ],
  [
    'malformed details',
    {
      prompt_tokens: 5,
      completion_tokens: 3,
      total_tokens: 'eight',
      prompt_tokens_details: { cached_tokens: -4 },
      cache_read_input_tokens: 1.5,
    },
    [5, 3],
  ],
])('%s', (_, fields, [promptTokens, completionTokens, cachedTokens = 0, reasoningTokens = 0]) => {
  expect(readUsage(fields)).toEqual({
    promptTokens,
    completionTokens,
    cachedTokens,
    reasoningTokens,
    source: 'reported',
    cost: null,
  })
})

test.each([
  { prompt_tokens: '12 or so', completion_tokens: '3' },
  { prompt_tokens: '-12', completion_tokens: '3' },
  { prompt_tokens: '', completion_tokens: '3' },
  { promptTokens: 1.5, completionTokens: 3 },
  { promptTokenCount: 12 },
  {},
  [],
  'usage',
])('%j is not a report', (fields) => {
  expect(readUsage(fields)).toBeNull()
})

describe('any report', () => {
  const count = fc.oneof(fc.nat(), fc.integer(), fc.double(), fc.constantFrom(null, undefined, '7', 1e12))
  const names = [
    ...['prompt_tokens', 'completion_tokens', 'total_tokens', 'input_tokens', 'output_tokens', 'cached_tokens'],
    ...['cache_read_input_tokens', 'cache_creation_input_tokens', 'prompt_cache_hit_tokens', 'reasoning_tokens'],
    ...['promptTokens', 'completionTokens', 'promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount'],
  ]
  const counts = fc.dictionary(fc.constantFrom(...names), count)
  const details = fc.dictionary(fc.constantFrom('cached_tokens', 'reasoning_tokens', 'audio_tokens'), count)

  test('has whole counts, and no part exceeds its total', () => {
    fc.assert(
      fc.property(counts, details, details, (fields, prompt, completion) => {
        const usage = readUsage({ ...fields, prompt_tokens_details: prompt, completion_tokens_details: completion })
        if (!usage) return
        const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage
        for (const each of [promptTokens, completionTokens, cachedTokens, reasoningTokens]) {
          expect(Number.isSafeInteger(each) && each >= 0).toBe(true)
        }
        expect(cachedTokens).toBeLessThanOrEqual(promptTokens)
        expect(reasoningTokens).toBeLessThanOrEqual(completionTokens)
      }),
      { numRuns: 2000 },
    )
  })
})
