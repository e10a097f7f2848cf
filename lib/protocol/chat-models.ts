/** The separators between words of a model's name. */
const start = '(?:^|[-_./:@\\s])'
const end = '(?=$|[-_./:@\\s])'
const word = (...words: string[]) => new RegExp(`${start}(?:${words.join('|')})${end}`)

/** Names of models for tasks other than chat, in lower case. */
const otherTasks: RegExp[] = [
  // Embeddings and reranking.
  new RegExp(`${start}\\w{0,4}embed(?!ded)`),
  /rerank|sentence-t(?:5|ransformers)|^text-(?:similarity|search)-|^code-search-/,
  word('bge', 'gte', 'e5', 'uae', 'instructor', 'bert', 'colbert', 'minilm(?:\\w*)', 'mpnet', 'nvclip', 'retrieval'),
  /(?:^|\/)(?:voyage-|all-minilm|all-mpnet|paraphrase-|jina-clip|stella-|m2-bert)/,
  // Speech, in and out, and music.
  word('whisper', 'x?tts', 'stt', 'asr', 'transcribe', 'transcription', 'realtime', 'speech', 'native-audio'),
  word('kokoro', 'parakeet', 'cosyvoice', 'sensevoice', 'paraformer', 'musicgen', 'lyria', 'orpheus', 'chirp'),
  word('suno', 'udio', 'riffusion', 'stable-audio', 'music', 'mureka', 'bark', 'chatterbox', 'wav2vec\\w*'),
  /elevenlabs|(?:^|\/)(?:eleven_|scribe_v\d|sonic-\d|aura-\d)/,
  /(?:^|\/)gpt-(?:audio|4o(?:-mini)?-audio)|nova-sonic|gemini-(?:\S*-)?live/,
  // Images and video.
  word(
    'dall-e(?:-\\d)?',
    'image',
    'image-\\d',
    'imagen',
    'imagen\\d*',
    'flux(?:[.\\d]\\S*?)?',
    'sdxl(?:\\d\\S*)?',
    'sd\\d\\S*?',
  ),
  word(
    'sora',
    'veo',
    'kling\\w*',
    'seedream',
    'seedance',
    'hailuo',
    'kolors',
    'recraft\\w*',
    'ideogram',
    'cogview\\S*?',
  ),
  word(
    '[ti]2[vi]',
    'cogvideo\\w*',
    'hunyuan-?video',
    'ltx-?video',
    'midjourney',
    'kandinsky',
    'upscaler?',
    'inpaint\\w*',
  ),
  word(
    'nano-?banana\\d*',
    'mj',
    'jimeng',
    'hidream',
    'playground-v\\d\\S*?',
    'pixart',
    'dreamshaper',
    'lucid-origin',
    '(?:real-?)?esrgan',
    'gfpgan',
  ),
  word(
    'runway(?:ml)?',
    'luma',
    'pika',
    'vidu\\w*',
    'pixverse',
    'wan-?\\d\\S*?',
    'video-0\\d',
    'grok-imagine',
    'mochi-1',
  ),
  /(?:^|\/)gen-?[34]a?[-_]/,
  // 3D, vision without text, and translation.
  word('hunyuan3d', 'tripo(?:3d|sr)', 'clip', 'siglip\\d?', 'yolo\\w*', 'nllb', 'm2m100'),
  /stable-?diffusion|(?:text|image)-to-(?:video|image)|image-generat|nova-(?:canvas|reel)/,
  // Moderation and reward models.
  /moderation|shieldgemma/,
  word('\\w*guard(?:ian)?\\d*', 'reward', 'classifier'),
  // OCR, and answers from given passages.
  /(?:^|\/)(?:mistral-ocr|aqa(?:$|-))/,
  // OpenAI's text completion models; other makers call their chat models "instruct".
  /(?:^|\/)gpt-3\.?5-turbo-instruct/,
  /(?:^|\/)(?:text|code)-(?:davinci|curie|babbage|ada|cushman)/,
  /(?:^|\/)(?:davinci|curie|babbage|ada)(?:-\d+|-instruct-beta)?(?::|$)/,
  // OpenAI's models that only have the Responses API.
  /^(?:o\d-pro|o\d(?:-mini)?-deep-research|gpt-5(?:\.\d)?-(?:pro|codex)|codex-mini|computer-use)(?:-|$)/,
]

/** Words in the names of chat models that look like those. */
const chatExceptions = /vanguard|avant-guard/

/**
 * Whether a model can chat, judging by its name. Model lists also include models for embeddings, speech, images, and
 * so on. An unknown name is assumed to be a chat model.
 */
export function canChat(model: string): boolean {
  const name = model.trim().toLowerCase()
  return chatExceptions.test(name) || !otherTasks.some((pattern) => pattern.test(name))
}

/** Well-known chat models, the preferred one first. Matched at the start of a name, after the maker's. */
const wellKnown = [
  'gpt-5-mini',
  'gpt-5',
  'gpt-4.1-mini',
  'gpt-4.1',
  'gpt-4o-mini',
  'gpt-4o',
  'claude-sonnet',
  'claude-haiku',
  'claude-opus',
  'claude-3',
  'gemini-2.5-flash',
  'gemini-flash-latest',
  'gemini-2.0-flash',
  'gemini-2.5-pro',
  'mistral-medium-latest',
  'mistral-small-latest',
  'mistral-large-latest',
  'deepseek-chat',
  'llama-3.3-70b',
  'llama-3.1-8b',
  'llama3',
  'grok-4',
  'grok-3',
  'command-a',
  'command-r',
  'qwen-plus',
  'qwen3',
  'qwen2.5',
]

/** The model to preselect from a list of chat models: a well-known one, or else the first. */
export function firstChoiceOf<M extends { name: string }>(models: M[]): M | undefined {
  const bare = models.map((model) => ({ model, name: model.name.toLowerCase().replace(/^.*\//, '') }))
  for (const known of wellKnown) {
    // The shortest is the model itself; longer ones are dated versions or variants.
    const fits = bare.filter(
      ({ name }) => name === known || (name.startsWith(known) && /[^a-z0-9]/.test(name[known.length] ?? '')),
    )
    const [best] = fits.toSorted((one, other) => one.name.length - other.name.length)
    if (best) return best.model
  }
  return models[0]
}
