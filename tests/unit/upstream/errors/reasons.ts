import { type ErrorCase, error, gemini, openai } from './error-case'

/** Out of credit: never retried, whatever the status. */
export const purses: ErrorCase[] = [
  ...[
    'Has superado tu cuota actual, revisa tu plan y los detalles de facturación.',
    'Vous avez dépassé votre quota actuel.',
    'Ihr Guthaben ist aufgebraucht.',
    'You are using a Trial key, which is limited to 1000 API calls / month.',
    'you have used up your daily free allocation of 10,000 neurons',
    'Your account has reached the set inference limit for the model, and the model service has been paused.',
  ].map((message): ErrorCase => ({ from: message, status: 429, body: error(message), kind: 'quota', says: message })),
  {
    from: 'Vercel: no card',
    status: 403,
    body: error('AI Gateway requires a valid credit card on file to service requests.', {
      type: 'customer_verification_required',
    }),
    kind: 'quota',
    says: 'AI Gateway requires a valid credit card on file',
  },
  {
    from: 'DeepSeek',
    status: 402,
    body: openai('Insufficient Balance', 'unknown_error', 'invalid_request_error'),
    kind: 'quota',
    says: 'Insufficient Balance. Check billing',
  },
  {
    from: 'LiteLLM, 400',
    status: 400,
    body: error('Budget has been exceeded! Current cost: 10.1, Max budget: 10.0', {
      type: 'budget_exceeded',
      param: null,
      code: '400',
    }),
    kind: 'quota',
    says: 'Budget has been exceeded! Current cost: 10.1, Max budget: 10.0.',
  },
  {
    from: 'LiteLLM, 429',
    status: 429,
    body: error('Budget has been exceeded! Current cost: 10.1, Max budget: 10.0', {
      type: 'budget_exceeded',
      param: null,
      code: '429',
    }),
    kind: 'quota',
    says: 'Budget has been exceeded!',
  },
  {
    from: 'LiteLLM: a key, in words',
    status: 400,
    body: error('ExceededBudget: User=u1 over budget. Spend=1.2, Budget=1.0'),
    kind: 'quota',
    says: 'ExceededBudget: User=u1 over budget.',
  },
  {
    from: 'Anthropic',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      },
    },
    kind: 'quota',
    says: 'Your credit balance is too low to access the Anthropic API.',
  },
  {
    from: 'OpenRouter',
    status: 402,
    body: error('Insufficient credits. Add more using https://openrouter.ai/settings/credits', { code: 402 }),
    kind: 'quota',
    says: 'Insufficient credits. Add more using https://openrouter.ai/settings/credits',
  },
  {
    from: 'OpenRouter: for so long an answer',
    status: 402,
    body: error(
      'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 6225.',
      { code: 402 },
    ),
    kind: 'quota',
    says: 'This request requires more credits, or fewer max_tokens.',
  },
  {
    from: 'MiniMax, 500',
    status: 500,
    body: { type: 'error', error: { type: 'api_error', message: 'insufficient balance (1008)' }, request_id: '06' },
    kind: 'quota',
    says: 'insufficient balance (1008)',
  },
  {
    from: 'ModelScope, 429',
    status: 429,
    body: {
      error: { http_code: '429', message: 'insufficient balance (1008)', type: 'insufficient_balance_error' },
      request_id: 'x',
    },
    kind: 'quota',
    says: 'insufficient balance (1008)',
  },
  {
    from: 'Moonshot',
    status: 429,
    body: openai(
      'Your account org-x is suspended, please check your plan and billing details',
      'exceeded_current_quota_error',
    ),
    kind: 'quota',
    says: 'Your account org-x is suspended',
  },
  {
    from: 'Zhipu',
    status: 429,
    body: { error: { code: '1113', message: '余额不足或无可用资源包,请充值。' } },
    kind: 'quota',
    says: '余额不足或无可用资源包,请充值。',
  },
  {
    from: 'DashScope',
    status: 400,
    body: openai('Access denied, please make sure your account is in good standing.', 'Arrearage', 'Arrearage'),
    kind: 'quota',
    says: 'Access denied, please make sure your account is in good standing.',
  },
  {
    from: 'DashScope: free tier',
    status: 403,
    body: openai(
      'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the "use free tier only" mode.',
      'AllocationQuota.FreeTierOnly',
      'AllocationQuota.FreeTierOnly',
    ),
    kind: 'quota',
    says: 'The free tier of the model has been exhausted.',
  },
  {
    from: 'xAI',
    status: 403,
    body: {
      code: 'The caller does not have permission to execute the specified operation',
      error: 'Your newly created team doesn’t have any credits yet. You can purchase credits on https://console.x.ai.',
    },
    kind: 'quota',
    says: 'Your newly created team doesn’t have any credits yet.',
  },
  {
    from: 'Hugging Face',
    status: 402,
    body: {
      error:
        'You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits.',
    },
    kind: 'quota',
    says: 'You have exceeded your monthly included credits for Inference Providers.',
  },
  {
    from: 'Ollama: a session',
    status: 429,
    body: {
      error:
        'you (someone) have reached your session usage limit, upgrade for higher limits: https://ollama.com/upgrade',
    },
    kind: 'quota',
    says: 'you (someone) have reached your session usage limit',
  },
  {
    from: 'Ollama: past due',
    status: 403,
    body: openai(
      'your subscription payment is past due. update your payment method: https://ollama.com/settings/billing',
      'api_error',
    ),
    kind: 'quota',
    says: 'your subscription payment is past due.',
  },
  {
    from: 'new-api',
    status: 403,
    body: openai('用户额度不足, 剩余额度: ＄0.00', 'new_api_error', 'insufficient_user_quota'),
    kind: 'quota',
    says: '用户额度不足, 剩余额度',
  },
  {
    from: 'Mistral',
    status: 402,
    body: { detail: 'Payment required to use this model' },
    kind: 'quota',
    says: 'Payment required to use this model.',
  },
  {
    from: 'within a stream',
    body: { code: 'insufficient_balance', message: 'Insufficient account balance' },
    kind: 'quota',
    says: 'Insufficient account balance.',
  },
]

/** Content filters. */
export const filters: ErrorCase[] = [
  {
    from: 'OpenRouter: nothing charged',
    status: 403,
    body: error('This model requires moderation. Your input was flagged for “x”. No credits were charged.', {
      code: 403,
    }),
    kind: 'content_filter',
    says: 'This model requires moderation.',
  },
  {
    from: 'Qwen',
    status: 400,
    body: openai('Input data may contain inappropriate content.', 'data_inspection_failed', 'data_inspection_failed'),
    kind: 'content_filter',
    says: 'Input data may contain inappropriate content. Rephrase the prompt',
  },
  {
    from: 'Qwen, wrapped by itself',
    status: 400,
    body: openai(
      '<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.',
      'invalid_request_error',
      'invalid_parameter_error',
    ),
    kind: 'content_filter',
    says: 'Input text data may contain inappropriate content.',
  },
  {
    from: 'Qwen, first in a 200',
    body: {
      code: 'data_inspection_failed',
      message: 'Output data may contain inappropriate content.',
      request_id: 'x',
    },
    kind: 'content_filter',
    says: 'Output data may contain inappropriate content.',
  },
  {
    from: 'OpenAI',
    status: 400,
    body: openai(
      'Your request was rejected as a result of our safety system.',
      'image_generation_user_error',
      'content_policy_violation',
    ),
    kind: 'content_filter',
    says: 'Your request was rejected as a result of our safety system.',
  },
  {
    from: 'OpenAI: a prompt',
    status: 400,
    body: openai(
      'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
      'invalid_request_error',
      'invalid_prompt',
    ),
    kind: 'content_filter',
    says: 'Invalid prompt: your prompt was flagged',
  },
  {
    from: 'Azure',
    status: 400,
    body: {
      error: {
        message:
          'The response was filtered due to the prompt triggering Azure OpenAI’s content management policy. Please modify your prompt and retry.',
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: {
          code: 'ResponsibleAIPolicyViolation',
          content_filter_result: { hate: { filtered: true, severity: 'high' } },
        },
      },
    },
    kind: 'content_filter',
    says: 'The response was filtered due to the prompt triggering Azure OpenAI’s content management policy.',
  },
  {
    from: 'DeepSeek',
    status: 400,
    body: openai('Content Exists Risk', 'invalid_request_error', 'invalid_request_error'),
    kind: 'content_filter',
    says: 'Content Exists Risk. Rephrase',
  },
  {
    from: 'OpenRouter',
    status: 403,
    body: error('The prompt was flagged by moderation', {
      code: 403,
      metadata: { reasons: ['violence'], flagged_input: 'x', provider_name: 'OpenAI' },
    }),
    kind: 'content_filter',
    says: 'The prompt was flagged by moderation.',
  },
  {
    from: 'MiniMax',
    body: { base_resp: { status_code: 1026, status_msg: 'input new_sensitive' } },
    kind: 'content_filter',
    says: 'input new_sensitive.',
  },
  {
    from: 'Zhipu',
    status: 400,
    body: {
      contentFilter: [{ level: 1, role: 'user' }],
      error: {
        code: '1301',
        message: '系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合。',
      },
    },
    kind: 'content_filter',
    says: '系统检测到输入或生成内容可能包含不安全或敏感内容',
  },
  {
    from: 'xAI',
    status: 403,
    body: { code: 'x', error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO' },
    kind: 'content_filter',
    says: 'Content violates usage guidelines.',
  },
  {
    from: 'new-api',
    status: 400,
    body: openai('user sensitive words detected', 'new_api_error', 'sensitive_words_detected'),
    kind: 'content_filter',
    says: 'user sensitive words detected.',
  },
]

/** Authentication and permission. */
export const keys: ErrorCase[] = [
  {
    from: 'OpenAI',
    status: 401,
    body: openai(
      'Incorrect API key provided: sk-proj-********wxyz. You can find your API key at https://platform.openai.com/account/api-keys.',
      'invalid_request_error',
      'invalid_api_key',
    ),
    kind: 'auth',
    says: 'Incorrect API key provided: [key]. You can find your API key at https://platform.openai.com/account/api-keys. Check the key in Settings.',
  },
  {
    from: 'Gemini',
    status: 400,
    body: gemini(400, 'API key not valid. Please pass a valid API key.', 'INVALID_ARGUMENT', [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
    ]),
    kind: 'auth',
    says: 'API key not valid. Please pass a valid API key. Check the key',
  },
  {
    from: 'Anthropic',
    status: 401,
    body: { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    kind: 'auth',
    says: 'invalid x-api-key. Check the key',
  },
  {
    from: 'OpenRouter',
    status: 401,
    body: error('No auth credentials found', { code: 401 }),
    kind: 'auth',
    says: 'No auth credentials found. Check the key',
  },
  {
    from: 'OpenRouter, of a key that it does not know',
    status: 401,
    body: error('User not found.', { code: 401 }),
    kind: 'auth',
    says: 'The API key was rejected. User not found. Check the key in Settings.',
  },
  {
    from: 'a gateway',
    status: 401,
    body: error('No such account'),
    kind: 'auth',
    says: 'The API key was rejected. No such account. Check the key in Settings.',
  },
  {
    from: 'DeepSeek',
    status: 401,
    body: openai(
      'Authentication Fails, Your api key: ****wxyz is invalid',
      'authentication_error',
      'invalid_request_error',
    ),
    kind: 'auth',
    says: 'Authentication Fails, Your api key: [key] is invalid.',
  },
  {
    from: 'Mistral',
    status: 401,
    body: { detail: 'Unauthorized' },
    kind: 'auth',
    says: 'The API key was rejected. Check the key in Settings.',
  },
  {
    from: 'Zhipu',
    status: 401,
    body: { error: { code: '1002', message: 'Authorization Token非法，请确认Authorization Token正确传递。' } },
    kind: 'auth',
    says: 'Authorization Token非法',
  },
  {
    from: 'new-api',
    status: 401,
    body: openai('无效的令牌 (request id: 2026)', 'new_api_error'),
    kind: 'auth',
    says: '无效的令牌',
  },
  {
    from: 'Cloudflare',
    status: 401,
    body: { success: false, errors: [{ code: 10000, message: 'Authentication error' }], messages: [], result: null },
    kind: 'auth',
    says: 'Authentication error. Check the key',
  },
  {
    from: 'OpenAI: a country',
    status: 403,
    body: openai(
      'Country, region, or territory not supported',
      'request_forbidden',
      'unsupported_country_region_territory',
    ),
    kind: 'auth',
    says: 'Country, region, or territory not supported. Check what your account and key are allowed to do.',
  },
  {
    from: 'nothing',
    status: 403,
    body: '',
    kind: 'auth',
    says: 'The provider denied access. Check what your account and key are allowed to do.',
  },
  {
    from: 'within a 500 of a gateway',
    status: 500,
    body: error(
      'litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: sk-****.',
    ),
    kind: 'auth',
    says: 'Incorrect API key provided: [key].',
  },
]

/** A loading model, which is retried. */
export const loading: ErrorCase[] = [
  {
    from: 'llama.cpp',
    status: 503,
    body: error('Loading model', { code: 503, type: 'unavailable_error' }),
    kind: 'upstream',
    again: null,
    says: 'Loading model. Wait until the model is loaded, then try again.',
  },
  {
    from: 'Hugging Face',
    status: 503,
    body: { error: 'Model x/y is currently loading', estimated_time: 20.5 },
    kind: 'upstream',
    again: 20_500,
    says: 'Model x/y is currently loading.',
  },
  {
    from: 'LiteLLM around Hugging Face',
    status: 500,
    body: error(
      "litellm.APIError: HuggingfaceException - response is not in expected format - [{'error': 'Model x/y is currently loading', 'estimated_time': 20.0}]",
      { code: '500' },
    ),
    kind: 'upstream',
    again: 20_000,
    says: 'Model x/y is currently loading.',
  },
  {
    from: 'words that nobody foresaw',
    status: 503,
    body: { detail: 'The model is still warming up, ask again' },
    kind: 'upstream',
    again: null,
    says: 'The model is still warming up, ask again.',
  },
  {
    from: 'a server that starts',
    status: 503,
    body: { message: 'model not ready' },
    kind: 'upstream',
    again: null,
    says: 'model not ready.',
  },
  {
    from: 'within a 200',
    body: { error: 'Model x is being loaded: it is loading', estimated_time: 3 },
    kind: 'upstream',
    again: 3000,
    says: 'Model x is being loaded',
  },
]

/** A model that couldn't load or is overloaded, which isn't loading. */
export const notLoading: ErrorCase[] = [
  {
    from: 'Ollama',
    status: 500,
    body: openai(
      'llama runner process has terminated: error loading model: unable to allocate CUDA0 buffer',
      'api_error',
    ),
    kind: 'model_not_found',
    says: 'llama runner process has terminated',
  },
  {
    from: 'LM Studio',
    status: 400,
    body: error('Failed to load model "x". Error: out of memory'),
    kind: 'model_not_found',
    says: 'Failed to load model "x".',
  },
  {
    from: 'Anthropic',
    status: 529,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    kind: 'upstream',
    again: null,
    says: 'The provider returned an error. Try again in a moment.',
  },
  {
    from: 'TGI',
    status: 429,
    body: { error: 'Model is overloaded', error_type: 'overloaded' },
    kind: 'rate_limit',
    again: null,
    says: 'Model is overloaded.',
  },
  {
    from: 'OpenAI',
    status: 503,
    body: openai('That model is currently overloaded with other requests. You can retry your request.', 'server_error'),
    kind: 'upstream',
    again: null,
    says: 'That model is currently overloaded with other requests.',
  },
]
