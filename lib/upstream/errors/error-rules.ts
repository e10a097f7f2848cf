import 'server-only'
import type { ErrorKind } from '@/lib/protocol/events'
import type { ErrorBody } from './error-body'
import { codesByKind } from './error-codes'
import { isAboutReplyLength, isTooLong } from './too-long'

/** What an error means. */
export interface ErrorClass {
  kind: ErrorKind
  /** What to do, if there is better advice than the default for the kind. */
  nextStep?: string
  /** The model is loading and will reply. */
  loading?: true
  /** The request's `max_tokens` is more than the model allows. */
  replyTooLong?: true
}

/** How an error is recognized. */
export interface ErrorRule extends ErrorClass {
  /** Codes that decide by themselves, in any spelling. They take precedence over all patterns. */
  codes?: string[]
  /** Another condition that decides. */
  when?: (body: ErrorBody, status: number | undefined) => boolean
  patterns?: (RegExp | ((sentence: string) => boolean))[]
  /** Sentences that match the patterns and mean something else. */
  unless?: RegExp
  /** Statuses at which the patterns count, besides those that don't say what is wrong: none, 400, 422, 5xx and the like. */
  statuses?: number[]
}

const shorterReply = 'Ask for a shorter reply, or choose another model.'

/** From specific to general: the first match counts. */
export const errorRules: ErrorRule[] = [
  {
    kind: 'upstream',
    loading: true,
    nextStep: 'Wait until the model is loaded, then try again.',
    when: ({ loadingMs }) => loadingMs !== null,
    patterns: [
      /\bloading (?:the |a )?model\b/i,
      /\bmodel\b.{0,120}\bis (?:(?:still|currently|now|being) )?(?:loading|being loaded)\b/i,
      /\bmodel\b.{0,80}\b(?:warming up|cold.?start\w*|not (?:yet )?ready)\b/i,
    ],
    unless: /\b(?:errors?|fail\w*|unable|cannot|could not)\b/i,
    statuses: [425, 429],
  },
  {
    kind: 'model_not_found',
    patterns: [
      /\b(?:error|failed|unable|could not|cannot)\b.{0,20}\bload(?:ing)? (?:the )?model\b/i,
      /\bmodel requires more (?:system |gpu )?memory\b/i,
    ],
  },
  {
    kind: 'not_found',
    nextStep: 'Add /v1 to the base URL in Settings.',
    patterns: [/\b(?:unexpected endpoint|invalid url|unknown request url|cannot post).{0,40}\s\/(?!\w*\/?v\d)[\w/]*/i],
    statuses: [404, 405, 501],
  },
  {
    kind: 'not_found',
    patterns: [
      /\bunexpected endpoint\b/i,
      /\binvalid url\b/i,
      /\bunknown (?:request )?(?:url|path|endpoint|route)\b/i,
      /\bcannot (?:post|get) \//i,
      /\b(?:route|endpoint|path|url)\b.{0,80}\bnot found\b/i,
      /\bno (?:such )?(?:route|endpoint|path)\b/i,
      /\bno static resource\b/i,
      /^(?:the requested )?(?:resource|page|url) (?:was )?not found\b/i,
      /^could not route to\b/i,
    ],
    unless: /\bmodels?\b/i,
    statuses: [404, 405, 501],
  },
  // Waiting doesn't help: this one request exceeds a whole minute's limit.
  { kind: 'context_length', patterns: [/\brequest (?:body )?(?:is )?too large\b/i], statuses: [413, 429] },
  {
    kind: 'quota',
    codes: codesByKind.quota,
    when: ({ quotaIds }) => quotaIds.some((id) => /PerDay|PerMonth/i.test(id)),
    patterns: [/\blimit: 0\b/i, /\bfree quota tier\b/i, /(?:\/ ?|\bper )month\b/i, /\bservice has been paused\b/i],
    statuses: [403, 429],
  },
  {
    kind: 'rate_limit',
    when: ({ quotaIds, statuses, httpStatus, waits }) =>
      quotaIds.length > 0 || (waits.length > 0 && (httpStatus === 429 || statuses.includes(429))),
    patterns: [
      /\bper[- ]?(?:second|sec|minute|min|hour)\b/i,
      /\bfree-models-per-\w+/i,
      /\b(?:TPM|RPM|QPS|QPM|RPS)\b/,
      /\bresource (?:has been )?exhausted\b/i,
      /\bquota will reset\b/i,
      /\b(?:retry|try again) (?:in|after) \d/i,
    ],
    statuses: [403, 429],
  },
  {
    kind: 'quota',
    patterns: [
      /\b(?:insufficient|not enough|no|low|negative|remaining|(?:run|ran) out of|out of|used up|used all|exhausted|(?:requires?|need) more|any) (?:\w+ ){0,3}(?:balance|credits?|funds?|quota)\b/i,
      /\b(?:balance|credits?|funds?|quota)\b.{0,40}\b(?:insufficient|too low|exhausted|depleted|not enough|used up|ran out|run out|negative|overdue)\b/i,
      /\bexceeded (?:your|its|the) (?:\w+ ){0,3}(?:quota|credits?)\b/i,
      /\b(?:budget|quota)\b.{0,60}\bexceeded\b|\b(?:exceeded|over|exceeds)\b.{0,20}\bbudget\b/i,
      /\b(?:spend(?:ing)?|billing|usage|weekly|monthly|daily)[ -](?:hard |request |free )?(?:limit|cap|quota|allocation|allowance)\b/i,
      /\bpayment (?:is )?(?:required|method)\b|\bpast due\b|\bin arrears\b|\bgood standing\b/i,
      /\bbilling (?:is )?(?:not active|details|issue|problem)\b/i,
      /\bcredit card on file\b/i,
      /余额(?:不足|已?用[完尽]|已?耗尽)|额度(?:不足|已)|欠费|请充值|配额(?:不足|已)/,
      /残高.{0,10}不足|クレジット.{0,10}不足|(?:잔액|크레딧).{0,10}부족/,
      /\b(?:cuota|quota|kontingent|guthaben|solde|saldo|crédit\w*)\b.{0,40}(?:\b(?:insuficiente|insuffisant|erschöpft|aufgebraucht|agotad|épuisé|esgotad)|überschritten)/i,
      /\b(?:superado|excedido|dépassé).{0,20}\b(?:cuota|quota|crédit\w*)\b/i,
    ],
    unless: /\brate limit|\bcredits were charged\b/i,
    statuses: [401, 403, 429],
  },
  {
    kind: 'content_filter',
    codes: codesByKind.content_filter,
    patterns: [
      /\bcontent[ _-](?:filter|polic|moderation|management|safety)/i,
      /\bmoderation\b|\bdata inspection\b|\bcontent exists risk\b/i,
      /\b(?:was|were|been|is) flagged\b|\bflagged (?:as|for|by)\b/i,
      /\b(?:inappropriate|sensitive|prohibited|harmful|unsafe) (?:content|words?|information)\b/i,
      /\b(?:safety|harm) (?:system|settings|filter|polic|categor)/i,
      /\bviolat\w+.{0,60}\b(?:polic|guideline|terms)|\busage polic/i,
      /\bblocked by\b.{0,40}\b(?:safety|content|polic|guardrail)/i,
      /敏感|违规|违禁|不安全|内容审核|不適切/,
    ],
    unless: /\bdata policy\b|\brate limit|\byour account\b/i,
    statuses: [403, 451],
  },
  { kind: 'bad_request', replyTooLong: true, nextStep: shorterReply, patterns: [isAboutReplyLength] },
  {
    kind: 'context_length',
    codes: codesByKind.context_length,
    patterns: [isTooLong],
  },
  {
    kind: 'model_not_found',
    codes: codesByKind.model_not_found,
    patterns: [
      /\bmodels?\b.{0,120}\b(?:not (?:been )?found|does(?: not|n[’']t) exist|not exist|decommissioned|deprecated|retired|was removed)\b/i,
      /\bmodels?\b.{0,120}\b(?:not available|not (?:be )?accessible|not (?:a )?valid|not enabled|disabled|not deployed)\b/i,
      /\b(?:no such|unknown|invalid|unrecognized|unsupported) model\b(?!['’]?s? (?:parameter|argument|option))/i,
      /\bmodel (?:id|name|identifier)\b.{0,60}\bis invalid\b|\bnot a (?:chat|valid) model\b/i,
      /\b(?:only|not) supported in (?:the )?\/?v1\/|\bis not supported for generatecontent\b/i,
      /\bno (?:endpoints?|allowed providers?|available channels?)\b.{0,60}\b(?:found|available|match\w*|for)\b/i,
      /\b(?:not (?:allowed|permitted|authorized)|access denied|no access|\w*n[o’']t have (?:\w+ )?access|cannot access|unable to access)\b.{0,80}\bmodels?\b/i,
      /\bmodels?\b.{0,80}\bis not (?:allowed|permitted|supported)\b(?! (?:by|with|for|when) (?:this|tool|image|function))/i,
      /\bmodels?\b.{0,80}\bnot supported by any provider\b|\bdoes not support (?:chat|generate)\b/i,
      /\bno models? (?:is |are )?loaded\b|\bfoundation model\b|\bon-demand throughput isn/i,
      /\bapi deployment for this resource does not exist\b|\boperation does not work with the specified model\b/i,
      /\brequires? terms acceptance\b/i,
      /无可用渠道|模型.{0,60}(?:不存在|未找到|已下线)|(?:不支持|找不到|未知|无效)的?模型|无权(?:访问|使用).{0,10}模型/,
      /モデル.{0,60}(?:見つかりません|存在しません)|모델.{0,60}(?:찾을 수 없|존재하지 않)/,
    ],
    unless: /\b(?:rate.?limit|tokens per)\b/i,
    statuses: [401, 403, 404, 410],
  },
  {
    kind: 'auth',
    codes: codesByKind.auth,
    patterns: [
      /\b(?:invalid|incorrect|missing|expired|revoked|wrong|malformed|no|provide an?|provided|bad) (?:\w+ ){0,3}(?:api[ _-]?keys?|(?:api|access) token|auth\w* (?:token|header|credentials?)|x-api-key|credentials)\b/i,
      /\b(?:api[ _-]?key|(?:api|access) token)\b.{0,80}\b(?:not valid|invalid|expired|revoked|disabled|not found|incorrect|missing|required|blocked|leaked)\b/i,
      /\bauthentication (?:fails?|failed|error|required)\b/i,
      /(?:无效|错误)的(?:令牌|密钥|API)|(?:令牌|密钥|API ?key).{0,20}(?:过期|无效|失效|错误|不正确|不可用)/i,
      /未提供(?:令牌|密钥)|(?:身份验证|鉴权|认证)失败|API ?キー.{0,10}(?:無効|正しく)|유효하지 않은 API/i,
    ],
    statuses: [401, 403],
  },
  {
    kind: 'rate_limit',
    codes: codesByKind.rate_limit,
    patterns: [
      /\brate.?limit|\btoo many (?:concurrent )?requests|\bthrottl|\brequest limit/i,
      /\bconcurren\w+ (?:requests|limit|usage)/i,
      /限流|频率|速率|频繁|并发|レート制限|요청.{0,6}많/,
    ],
    statuses: [403],
  },
  // Without a status, a complaint about the request itself is not worth a retry.
  {
    kind: 'bad_request',
    codes: codesByKind.bad_request,
    when: ({ codes, sentences }, status) =>
      status === undefined &&
      (codes.some((code) => /^(?:invalid|unsupported|validation)/.test(code)) || sentences.some(isComplaint)),
  },
]

function isComplaint(sentence: string): boolean {
  return [
    /^(?:invalid(?! (?:\w+ )?response)|unsupported|unrecognized|missing|field required|extra)\b/i,
    /^unknown (?:parameter|field|argument|option|name)\b/i,
    /\bmust (?:not )?be (?:an? |between|less|greater|one of|at most|at least|positive|empty)\b/i,
    /\b(?:is|are) (?:required|not (?:allowed|permitted|supported))\b|\bvalidation error/i,
  ].some((complaint) => complaint.test(sentence.slice(0, 500)))
}
