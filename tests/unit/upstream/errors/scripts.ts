import type { ErrorKind } from '@/lib/protocol/events'
import { type ErrorCase, error } from './error-case'

const said: [kind: ErrorKind, status: number | undefined, message: string, says?: string][] = [
  ['auth', 401, '无效的API密钥：sk-abcdef1234567890，请检查您的密钥。', '无效的API密钥：[key]，请检查您的密钥。'],
  ['auth', undefined, '未提供令牌'],
  ['auth', 400, 'API Key 错误，请检查'],
  ['auth', undefined, 'APIキーが無効です', 'APIキーが無効です。 Check the key'],
  ['auth', undefined, '유효하지 않은 API 키입니다', '유효하지 않은 API 키입니다. Check the key'],
  ['model_not_found', 403, '您无权访问模型glm-4.5。'],
  ['model_not_found', 400, '不支持的模型：foo', '不支持的模型：foo. Choose another model.'],
  ['model_not_found', undefined, '找不到模型 foo'],
  ['model_not_found', undefined, 'モデル foo が見つかりません'],
  ['quota', 403, '账号余额已用完'],
  ['quota', undefined, '残高が不足しています'],
  ['quota', undefined, '잔액이 부족합니다'],
  ['rate_limit', undefined, '请求过于频繁，请稍后再试'],
  ['rate_limit', undefined, '当前并发数过高，请稍后重试'],
  ['rate_limit', 429, 'レート制限を超えました。しばらくお待ちください。'],
  ['content_filter', 400, '内容涉嫌违禁', '内容涉嫌违禁。 Rephrase'],
  ['context_length', 400, '请求的token数量超出最大上下文长度'],
  ['context_length', 400, '提示词过长，请缩短后重试'],
  [
    'bad_request',
    400,
    'max_tokens 参数非法，取值范围为 [1, 8192]',
    'max_tokens 参数非法，取值范围为 [1, 8192]. Ask for a shorter',
  ],
  ['bad_request', 400, '该模型不支持图片输入'],
  ['upstream', 500, 'خطأ في الخادم؟', 'خطأ في الخادم؟ Try again'],
]

/** Errors in scripts without spaces, or written from right to left. */
export const inOtherScripts: ErrorCase[] = said.map(([kind, status, message, says = message]) => ({
  from: message,
  ...(status === undefined ? {} : { status }),
  body: error(message),
  kind,
  says,
  ...(kind === 'rate_limit' || kind === 'upstream' ? { again: null } : {}),
}))
