import { expect, test } from 'vitest'
import { type FinishKind, finishKindOf, isFinishReason } from '@/lib/protocol/finish-reasons'

const kinds: Record<FinishKind, string[]> = {
  length: [
    ...[
      'length',
      'LENGTH',
      'max_tokens',
      'MAX_TOKENS',
      'model_length',
      'max_length',
      'maxTokens',
      'max-tokens',
      'max_output_tokens',
    ],
    ...[
      'max_new_tokens',
      'max_completion_tokens',
      'token_limit',
      'TOKEN_LIMIT_REACHED',
      'model_context_window_exceeded',
    ],
    ...[
      'context_length_exceeded',
      'FINISH_REASON_MAX_TOKENS',
      'ERROR_LIMIT',
      'output_limit',
      'max_output',
      'FinishReason.MAX_TOKENS',
    ],
  ],
  filter: [
    ...[
      'content_filter',
      'CONTENT_FILTER',
      'content_filter: sexual',
      'content_filtered',
      'SAFETY',
      'safety',
      'PROHIBITED_CONTENT',
    ],
    ...[
      'RECITATION',
      'BLOCKLIST',
      'SPII',
      'IMAGE_SAFETY',
      'IMAGE_PROHIBITED_CONTENT',
      'refusal',
      'sensitive',
      'guardrail_intervened',
    ],
    ...['ERROR_TOXIC', 'MODEL_ARMOR', 'contentFilter', 'FINISH_REASON_SAFETY', 'content_policy_violation', 'blocked'],
  ],
  cut: [
    ...[
      'abort',
      'aborted',
      'ABORT',
      'error',
      'Error',
      'insufficient_system_resource',
      'network_error',
      'cancelled',
      'USER_CANCEL',
    ],
    ...[
      'timeout',
      'time_limit',
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'incomplete',
      'server_error',
      'failed',
    ],
  ],
  stop: [
    ...['stop', 'STOP', 'eos', 'eos_token', 'end_turn', 'stop_sequence', 'COMPLETE', 'tool_calls', 'function_call'],
    ...['tool_use', 'normal', 'endoftext', 'stop: safely', ''],
  ],
  other: ['because', 'pause_turn', 'OTHER', 'LANGUAGE', 'load'],
}

test.each(Object.entries(kinds).flatMap(([kind, reasons]) => reasons.map((reason) => [reason, kind])))(
  '%s comes to %s',
  (reason, kind) => {
    expect(finishKindOf(reason)).toBe(kind)
  },
)

test('no finish reason means stop', () => {
  expect(finishKindOf(null)).toBe('stop')
})

test.each([
  ['stop', true],
  ['unknown', true],
  ['', false],
  ['null', false],
  ['None', false],
  ['FINISH_REASON_UNSPECIFIED', false],
])('%j is a finish reason: %s', (text, is) => {
  expect(isFinishReason(text)).toBe(is)
})
