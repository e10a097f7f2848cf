import { type ErrorCase, error, gemini, openrouter } from './error-case'

const tooLong = 'This model’s maximum context length is 8192 tokens. However, you requested 9000 tokens.'
const wrapping = (inner: unknown) =>
  error(JSON.stringify(inner), { type: 'upstream_error', code: 'bad_response_status_code' })

/** Errors within errors: the innermost counts. */
export const wrapped: ErrorCase[] = [
  ...[
    { result: { error: { message: tooLong } } },
    { code: 400, data: { error: { message: tooLong } } },
    { Error: { Code: 'x', Message: tooLong } },
    { fault: { faultstring: tooLong, detail: { errorcode: 'x.y' } } },
    error(
      `litellm.BadRequestError: Vertex_aiException - b'{\\n  "error": {\\n    "message": "${tooLong}"\\n  }\\n}\\n'`,
    ),
  ].map(
    (body): ErrorCase => ({ from: JSON.stringify(body), status: 400, body, kind: 'context_length', says: tooLong }),
  ),
  {
    from: 'OpenRouter: too long',
    status: 400,
    body: openrouter(400, {
      error: { message: tooLong, type: 'invalid_request_error', code: 'context_length_exceeded' },
    }),
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'OpenRouter: an object',
    status: 500,
    body: error('Provider returned error', {
      code: 500,
      metadata: { raw: { error: { message: 'The model `gpt-4` does not exist', code: 'model_not_found' } } },
    }),
    kind: 'model_not_found',
    says: 'The model `gpt-4` does not exist.',
  },
  {
    from: 'OpenRouter: text',
    status: 502,
    body: openrouter(
      502,
      'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    ),
    kind: 'upstream',
    again: null,
    says: 'upstream connect error or disconnect/reset before headers.',
  },
  {
    from: 'OpenRouter: pictures',
    status: 400,
    body: openrouter(400, {
      error: {
        type: 'invalid_request_error',
        code: 'invalid_request_error',
        message: "Model 'moonshotai/kimi' supports at most 1 image per prompt.",
      },
    }),
    kind: 'bad_request',
    says: "Model 'moonshotai/kimi' supports at most 1 image per prompt.",
  },
  {
    from: 'OpenRouter: a country',
    status: 403,
    body: openrouter(403, {
      error: {
        code: 'unsupported_country_region_territory',
        message: 'Country, region, or territory not supported',
        param: null,
        type: 'request_forbidden',
      },
    }),
    kind: 'auth',
    says: 'Country, region, or territory not supported.',
  },
  {
    from: 'OpenRouter: Mistral’s detail',
    status: 422,
    body: openrouter(422, {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'reasoning'], msg: 'Extra inputs are not permitted' }],
    }),
    kind: 'bad_request',
    says: 'reasoning: Extra inputs are not permitted.',
  },
  {
    from: 'OpenRouter: Gemini’s list',
    status: 429,
    body: openrouter(
      429,
      gemini(429, 'Slow down a little', 'RESOURCE_EXHAUSTED', [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '9s' },
      ]),
    ),
    kind: 'rate_limit',
    again: 9000,
    says: 'Slow down a little.',
  },
  {
    from: 'OpenRouter: nothing inside',
    status: 502,
    body: openrouter(502, ''),
    kind: 'upstream',
    again: null,
    says: 'The provider returned an error.',
  },
  {
    from: 'LiteLLM: words',
    status: 400,
    body: error(
      "litellm.BadRequestError: OpenAIException - Unknown parameter: 'reasoningSummary'.. Received Model Group=gpt-5-mini\nAvailable Model Group Fallbacks=None",
      { type: 'invalid_request_error', code: '400' },
    ),
    kind: 'bad_request',
    says: "Unknown parameter: 'reasoningSummary'. Choose another model",
  },
  {
    from: 'LiteLLM: JSON',
    status: 400,
    body: error(
      `litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: OpenAIException - ${JSON.stringify({ error: { message: tooLong } })}`,
      { code: '400' },
    ),
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'LiteLLM: Python',
    status: 400,
    body: error(
      `litellm.BadRequestError: BadRequestError: OpenAIException - Error code: 400 - {'error': {'message': "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 200 instead.", 'type': 'invalid_request_error', 'param': None, 'code': 'decimal_above_max_value'}}`,
      { type: null, param: null, code: 400 },
    ),
    kind: 'bad_request',
    says: "Invalid 'temperature': decimal above maximum value.",
  },
  {
    from: 'LiteLLM: Python with apostrophes',
    status: 429,
    body: error(
      `litellm.RateLimitError: AnthropicException - {'type': 'error', 'error': {'type': 'rate_limit_error', 'message': 'This request would exceed your organization\\'s rate limit'}}. Received Model Group=claude`,
      { code: '429' },
    ),
    kind: 'rate_limit',
    again: null,
    says: "This request would exceed your organization's rate limit.",
  },
  {
    from: 'LiteLLM: bytes',
    status: 500,
    body: error(
      `litellm.APIConnectionError: VertexAIException - b'{"error":{"code":404,"message":"Publisher Model x was not found or your project does not have access to it.","status":"NOT_FOUND"}}'`,
      { code: '500' },
    ),
    kind: 'model_not_found',
    says: 'Publisher Model x was not found or your project does not have access to it.',
  },
  {
    from: 'LiteLLM around OpenRouter',
    status: 500,
    body: error(
      `litellm.APIError: APIError: OpenrouterException - ${JSON.stringify(error('This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 2666.', { code: 402, metadata: { provider_name: null } }))}`,
    ),
    kind: 'quota',
    says: 'This request requires more credits, or fewer max_tokens.',
  },
  {
    from: 'LiteLLM around OpenRouter around a provider',
    status: 400,
    body: error(
      `litellm.BadRequestError: OpenrouterException - ${JSON.stringify(openrouter(400, { error: { message: tooLong } }))}`,
      { code: '400' },
    ),
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'JSON in a message',
    status: 400,
    body: wrapping({
      error: { message: 'Your credit balance is too low to access the API.', type: 'invalid_request_error' },
    }),
    kind: 'quota',
    says: 'Your credit balance is too low to access the API.',
  },
  {
    from: 'JSON in JSON in JSON',
    status: 500,
    body: wrapping(wrapping({ error: { message: tooLong, code: 400 } })),
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'a relay with a status',
    status: 500,
    body: error(
      'status code: 429, {"error":{"code":"1308","message":"Usage limit reached for 5 hour. Your limit will reset at 2026-08-27 21:31:39"}}',
    ),
    kind: 'rate_limit',
    again: null,
    says: 'Usage limit reached for 5 hour.',
  },
  {
    from: 'one-api',
    status: 400,
    body: error('Invalid schema for the list of messages (request id: 2026)', {
      type: 'one_api_error',
      code: 'invalid_value',
    }),
    kind: 'bad_request',
    says: 'Invalid schema for the list of messages (request id: 2026). Choose',
  },
  {
    from: 'details',
    status: 400,
    body: { error: 'Bad Request', details: tooLong },
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'details that are JSON',
    status: 400,
    body: { error: 'Bad Request', details: JSON.stringify({ error: { message: tooLong } }) },
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'cut in the middle',
    status: 400,
    body: error(`OpenAIException - {"error": {"message": "${tooLong}`),
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'FastAPI: a list',
    status: 422,
    body: {
      detail: [{ loc: ['body', 'messages', 0, 'role'], msg: 'Input should be user or assistant', type: 'enum' }],
    },
    kind: 'bad_request',
    says: 'messages.0.role: Input should be user or assistant.',
  },
  {
    from: 'detail as text',
    status: 400,
    body: { detail: 'Only POST with a list of messages works here' },
    kind: 'bad_request',
    says: 'Only POST with a list of messages works here.',
  },
  {
    from: 'detail as an object',
    status: 400,
    body: { detail: { error: { message: tooLong } } },
    kind: 'context_length',
    says: tooLong,
  },
  {
    from: 'errors',
    status: 400,
    body: { errors: [{ message: 'A first thing is wrong' }, { message: 'So is a second' }] },
    kind: 'bad_request',
    says: 'A first thing is wrong. Choose',
  },
  {
    from: 'error as an array',
    status: 400,
    body: { error: [{ message: 'A first thing is wrong' }] },
    kind: 'bad_request',
    says: 'A first thing is wrong.',
  },
  {
    from: 'error as an array of text',
    status: 400,
    body: { error: ['A first thing is wrong'] },
    kind: 'bad_request',
    says: 'A first thing is wrong.',
  },
  {
    from: 'problem+json',
    status: 400,
    body: { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'The field model is not there' },
    kind: 'bad_request',
    says: 'The field model is not there.',
  },
  {
    from: 'Mistral: a message that is an object',
    status: 422,
    body: {
      object: 'error',
      message: {
        detail: [
          { type: 'value_error', loc: ['body', 'messages'], msg: 'Value error, Expected last role User or Tool' },
        ],
      },
      type: 'invalid_request_message_error',
      code: null,
    },
    kind: 'bad_request',
    says: 'messages: Value error, Expected last role User or Tool.',
  },
  {
    from: 'an example that is no error',
    status: 400,
    body: error('Arguments must be JSON such as {"city": "Ulm"} and nothing else'),
    kind: 'bad_request',
    says: 'Arguments must be JSON such as {"city": "Ulm"} and nothing else.',
  },
]

/** Errors inside a 200: the object decides. */
export const inside: ErrorCase[] = [
  {
    from: 'MiniMax: purse',
    body: { id: '1', choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
    kind: 'quota',
    says: 'insufficient balance. Check billing',
  },
  {
    from: 'MiniMax: limit',
    body: { base_resp: { status_code: 1002, status_msg: 'rate limit' } },
    kind: 'rate_limit',
    again: null,
    says: 'rate limit. Wait',
  },
  {
    from: 'MiniMax: key',
    body: { base_resp: { status_code: 1004, status_msg: 'login fail: Please carry the API secret key' } },
    kind: 'auth',
    says: 'login fail: Please carry the API secret key.',
  },
  {
    from: 'MiniMax: fault',
    body: { base_resp: { status_code: 1000, status_msg: 'unknown error, try later' } },
    kind: 'upstream',
    again: null,
    says: 'unknown error, try later.',
  },
  {
    from: 'TGI',
    body: {
      message: 'Input validation error: `inputs` must have less than 4096 tokens. Given: 5000',
      http_status_code: 422,
    },
    kind: 'context_length',
    says: 'Input validation error: `inputs` must have less than 4096 tokens.',
  },
  {
    from: 'TGI: another',
    body: { message: 'Template error: syntax is wrong', http_status_code: 422 },
    kind: 'bad_request',
    says: 'Template error: syntax is wrong.',
  },
  {
    from: 'a 429 as a number',
    body: { code: 429, message: 'Not so fast, please' },
    kind: 'rate_limit',
    again: null,
    says: 'Not so fast, please.',
  },
  {
    from: 'a 429 as a name',
    body: { type: 'rate_limit_error', message: 'Not so fast, please' },
    kind: 'rate_limit',
    again: null,
    says: 'Not so fast, please.',
  },
  {
    from: 'a 429 with a wait',
    body: { code: 429, message: 'Not so fast. Please try again in 3s.' },
    kind: 'rate_limit',
    again: 3000,
    says: 'Not so fast. Please try again in 3s.',
  },
  {
    from: 'a 401',
    body: { status: 401, message: 'Who is asking for this?' },
    kind: 'auth',
    says: 'The API key was rejected. Who is asking for this? Check the key',
  },
  {
    from: 'a 503',
    body: { status_code: 503, message: 'No worker is free' },
    kind: 'upstream',
    again: null,
    says: 'No worker is free.',
  },
  {
    from: 'an invalid request',
    body: { type: 'invalid_request_error', message: 'Messages are not a list' },
    kind: 'bad_request',
    says: 'Messages are not a list.',
  },
  {
    from: 'an invalid argument of Google’s',
    body: { status: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument.' },
    kind: 'bad_request',
    says: 'Request contains an invalid argument.',
  },
  {
    from: 'vLLM',
    body: { object: 'error', message: 'Conversation roles must alternate', type: 'BadRequestError', code: 400 },
    kind: 'bad_request',
    says: 'Conversation roles must alternate.',
  },
  {
    from: 'an overload',
    body: { type: 'overloaded_error', message: 'Overloaded' },
    kind: 'upstream',
    again: null,
    says: 'The provider returned an error.',
  },
  {
    from: 'words alone',
    body: 'Something broke',
    kind: 'upstream',
    again: null,
    says: 'Something broke. Try again in a moment.',
  },
  {
    from: 'a parameter',
    body: 'Unsupported parameter: foo',
    kind: 'bad_request',
    says: 'Unsupported parameter: foo.',
  },
  {
    from: 'a range',
    body: 'temperature must be between 0 and 2',
    kind: 'bad_request',
    says: 'temperature must be between 0 and 2.',
  },
  {
    from: 'an answer of somebody behind it',
    body: 'Invalid response from upstream',
    kind: 'upstream',
    again: null,
    says: 'Invalid response from upstream.',
  },
  { from: 'a key', body: 'Invalid API Key', kind: 'auth', says: 'Invalid API Key. Check' },
  { from: 'a model', body: 'model x does not exist', kind: 'model_not_found', says: 'model x does not exist. Choose' },
  {
    from: 'Baidu: a day',
    body: { error_code: 17, error_msg: 'Open api daily request limit reached' },
    kind: 'quota',
    says: 'Open api daily request limit reached.',
  },
  {
    from: 'Baidu: a token',
    body: { error_code: 110, error_msg: 'Access token invalid or no longer valid' },
    kind: 'auth',
    says: 'Access token invalid or no longer valid.',
  },
  {
    from: 'DashScope: a key',
    body: { code: 'InvalidApiKey', message: 'Invalid API-key provided.' },
    kind: 'auth',
    says: 'Invalid API-key provided.',
  },
  {
    from: 'DashScope: a rate',
    body: { code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded, please try again later.' },
    kind: 'rate_limit',
    again: null,
    says: 'Requests rate limit exceeded',
  },
  {
    from: 'DashScope: an allocation',
    body: {
      code: 'Throttling.AllocationQuota',
      message: 'Allocated quota exceeded, please increase your quota limit.',
    },
    kind: 'rate_limit',
    again: null,
    says: 'Allocated quota exceeded',
  },
]
