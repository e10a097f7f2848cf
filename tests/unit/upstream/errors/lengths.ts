import { type ErrorCase, error, openai } from './error-case'

const tooLong = (from: string, message: string, status: number | undefined = 400, more: object = {}): ErrorCase => ({
  from,
  status,
  body: status === undefined ? { message, ...more } : error(message, more),
  kind: 'context_length',
  says: message,
  next: /Shorten the conversation, or choose a model with a larger context window\.$/,
})

/** The prompt exceeds the context window. */
export const lengths: ErrorCase[] = [
  tooLong('French', 'La longueur du contexte dépasse la limite maximale de 65536 jetons.'),
  tooLong('Spanish', 'La entrada excede el número máximo de tokens.'),
  tooLong('German', 'Die Eingabe überschreitet die maximale Länge von 8192 Tokens.'),
  tooLong(
    'OpenAI',
    'This model’s maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens (8000 in the messages, 1000 in the functions). Please reduce the length of the messages.',
  ),
  tooLong(
    'OpenAI: responses',
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
  ),
  tooLong('Gemini', 'The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).'),
  tooLong('xAI', 'This model’s maximum prompt length is 131072 but the request contains 200000 tokens.'),
  tooLong(
    'TGI',
    'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 9000 `inputs` tokens and 100 `max_new_tokens`',
    422,
  ),
  tooLong('TGI: inputs alone', 'Input validation error: `inputs` must have less than 4096 tokens. Given: 5000', 422),
  tooLong('Anthropic', 'prompt is too long: 210000 tokens > 200000 maximum'),
  tooLong(
    'Anthropic: with the answer',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
  ),
  tooLong('llama.cpp', 'the request exceeds the available context size (4096 tokens), try increasing it'),
  tooLong('llama-cpp-python', 'Requested tokens (5000) exceed context window of 4096'),
  tooLong(
    'Mistral',
    'Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
  ),
  tooLong(
    'LM Studio',
    'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
  ),
  tooLong(
    'LM Studio: to keep',
    'The number of tokens to keep from the initial prompt is greater than the context length.',
  ),
  tooLong('Cohere', 'too many tokens: size limit exceeded by 1234 tokens. Try using shorter or fewer inputs.'),
  tooLong('Groq', 'Please reduce the length of the messages or completion.'),
  tooLong(
    'Cerebras',
    'Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192',
  ),
  tooLong('Bedrock', 'Input is too long for requested model.'),
  tooLong(
    'SGLang',
    'Requested token count exceeds the model’s maximum context length of 131072 tokens. You requested a total of 140000 tokens.',
  ),
  tooLong('SGLang of old', 'The input (40000 tokens) is longer than the model’s context length (32768 tokens).'),
  tooLong(
    'vLLM',
    'This model’s maximum context length is 32768 tokens. However, your request has 40000 input tokens. Please reduce the length of the input messages.',
  ),
  tooLong(
    'vLLM: the decoder',
    'The decoder prompt (length 40000) is longer than the maximum model length of 32768. Make sure that `max_model_len` is no smaller than the number of text tokens.',
  ),
  tooLong('DashScope', 'Range of input length should be [1, 30720]'),
  tooLong('Moonshot', 'Invalid request: Your request exceeded model token limit: 131072'),
  tooLong('Fireworks', 'The prompt is too long: 140000, model maximum context length: 131071'),
  tooLong('Ollama', 'prompt too long; exceeded max context length by 123 tokens'),
  tooLong('watsonx', 'the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model'),
  tooLong(
    'OpenRouter',
    'This endpoint’s maximum context length is 131072 tokens. However, you requested about 140000 tokens (130000 of text input, 10000 in the output). Please reduce the length of either one.',
  ),
  tooLong(
    'Letta',
    'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.',
  ),
  tooLong('MiniMax', 'invalid params, context window exceeds limit (2013)'),
  tooLong('Zhipu', 'Prompt exceeds max length', 400, { code: '1261' }),
  tooLong('Chinese', '输入的内容过长，请缩短后重试', 400),
  tooLong('a 500', 'context length exceeded: 9000 tokens do not fit in the context', 500),
  tooLong('a 413', 'Request body too large for gpt-4o model. Max size: 8000 tokens.', 413, {
    code: 'tokens_limit_reached',
  }),
  tooLong(
    'within a stream',
    'This model’s maximum context length is 8192 tokens, and the conversation has 9000.',
    undefined,
  ),
  tooLong('words that nobody foresaw', 'Your conversation is larger than the 16000 tokens that this model reads.'),
  tooLong('a limit that it is under', 'Please ensure that the number of input tokens is under 200000'),
  tooLong('LM Studio, shortly', 'Context size has been exceeded.'),
  tooLong('a message', 'The message you submitted was too long, please submit a shorter message.'),
  tooLong('Copilot', 'Sorry, this message is too long. Please try a shorter question.'),
  tooLong('TensorRT', 'The sum of prompt length (9000.0), query length (0) should not exceed max_num_tokens (8192)'),
  tooLong('a name and a number', 'input_tokens is 9000 but the model only supports 8192'),
  tooLong('text', 'Your request contains too much text'),
  tooLong('llama.cpp, a 500', 'context shift is disabled; the prompt does not fit in the context', 500),
  tooLong('a plea', 'Please shorten your prompt'),
  tooLong(
    'content',
    "Invalid 'messages[3].content': string too long. Expected a string with maximum length 1048576, but got a string with length 1200000 instead.",
    400,
    { code: 'string_above_max_length' },
  ),
].map((each) => ({ ...each, says: each.says.slice(0, 60) }))

const asked = (from: string, message: string, more: Partial<ErrorCase> = {}): ErrorCase => ({
  from,
  status: 400,
  body: openai(message, 'invalid_request_error'),
  kind: 'bad_request',
  says: message.slice(0, 60),
  ...more,
})
const shorter = /Ask for a shorter reply/

/** Errors that mention tokens, lengths or limits, but not a conversation that is too long. */
export const notLengths: ErrorCase[] = [
  asked('max_tokens', 'max_tokens must be at most 4096', { next: shorter }),
  asked(
    'max_tokens, OpenAI',
    'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.',
    { next: shorter },
  ),
  asked(
    'max_tokens, Anthropic',
    'max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for claude-x',
    { next: shorter },
  ),
  asked('max_tokens, DeepSeek', 'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', {
    next: shorter,
  }),
  asked(
    'max_tokens, Groq',
    '`max_tokens` must be less than or equal to `32768`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    { next: shorter },
  ),
  asked(
    'max_tokens, vLLM',
    "'max_tokens' or 'max_completion_tokens' is too large: 100000. This model's maximum context length is 32768 tokens and your request has 20 input tokens (100000 > 32768 - 20).",
    { next: shorter },
  ),
  asked('max_tokens, Volcengine', 'The max_tokens parameter in the request exceeds the limit of 8192', {
    next: shorter,
  }),
  asked('max_tokens, Scaleway', 'max_completion_tokens is limited to 4096 for this model', {
    status: 416,
    next: shorter,
  }),
  asked(
    'maxOutputTokens',
    'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 8193 (exclusive).',
    { next: shorter },
  ),
  asked(
    'max_tokens under another name',
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  ),
  asked('thinking', '`max_tokens` must be greater than `thinking.budget_tokens`.'),
  asked('temperature', 'Input should be less than or equal to 2'),
  asked('a name', 'messages.0.name: String should have at most 64 characters'),
  asked(
    'an id of a tool',
    "Invalid 'messages[3].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 52 instead.",
  ),
  asked('a limit of requests', 'Rate limit exceeded, too many tokens', { kind: 'rate_limit' }),
  asked('tools', 'The maximum number of tools is 128'),
  asked('a bias', 'logit_bias must have at most 300 tokens'),
  asked('a key of a cache', 'Prompt cache key too long: maximum 64 characters'),
  asked('pictures', 'Too many images in the input: at most 5 of a size of 20 MB'),
  asked('a token', 'Invalid token in the JSON of the request'),
  asked('roles', 'Conversation roles must alternate user/assistant/user/assistant/...'),
  asked('a key', 'invalid API token', { kind: 'auth' }),
  asked('a picture for a model without eyes', 'This model does not support image input'),
  asked('a model with no system prompt', 'Developer instruction is not enabled for models/gemma-3-27b-it', {}),
]
