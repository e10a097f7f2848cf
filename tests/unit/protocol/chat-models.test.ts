import { expect, it } from 'vitest'
import { canChat, firstChoiceOf } from '@/lib/protocol/chat-models'

const forOtherTasks = `
text-embedding-3-small text-embedding-ada-002 nomic-embed-text nomic-embed-text:latest nomic-ai/nomic-embed-text-v1.5
mxbai-embed-large snowflake-arctic-embed2 codestral-embed mistral-embed embedding-001 models/gemini-embedding-001
embeddinggemma:300m text-multilingual-embedding-002 amazon.titan-embed-text-v2:0 nvidia/llama-3.2-nv-embedqa-1b-v2
nvidia/NV-Embed-v2 bge-m3 BAAI/bge-large-en-v1.5 bge-reranker-v2-m3 thenlper/gte-large gte-qwen2-7b-instruct
intfloat/e5-mistral-7b-instruct multilingual-e5-large all-minilm all-minilm:l6-v2 sentence-transformers/all-MiniLM-L6-v2
voyage-3-large jina-embeddings-v3 jina-reranker-v2 rerank-v3.5 Qwen/Qwen3-Reranker-8B Qwen/Qwen3-Embedding-8B
togethercomputer/m2-bert-80M-8k-retrieval text-similarity-davinci-001 text-search-ada-doc-001 text-embedding-bge-m3
text-embedding-nomic-embed-text-v1.5 paraphrase-multilingual WhereIsAI/UAE-Large-V1
whisper-1 whisper-large-v3-turbo openai/whisper-large-v3 distil-whisper-large-v3-en Systran/faster-whisper-small
tts-1 tts-1-hd tts-1-1106 gpt-4o-mini-tts playai-tts playai-tts-arabic gemini-2.5-flash-preview-tts kokoro hexgrad/Kokoro-82M
gpt-4o-transcribe gpt-4o-mini-transcribe gpt-4o-transcribe-diarize voxtral-mini-transcribe-2507
gpt-4o-realtime-preview gpt-4o-mini-realtime-preview-2024-12-17 gpt-realtime gpt-realtime-mini
gpt-4o-audio-preview gpt-audio gpt-audio-mini gemini-2.5-flash-native-audio-latest gemini-live-2.5-flash-preview
canopylabs/orpheus-v1-english qwen3-asr-flash qwen-tts
dall-e-2 dall-e-3 gpt-image-1 gpt-image-1-mini chatgpt-image-latest imagen-4.0-generate-001 imagen-3 grok-2-image
grok-2-image-1212 black-forest-labs/FLUX.1-schnell flux-pro flux-1.1-pro stabilityai/stable-diffusion-xl-base-1.0 sdxl-turbo
sd3.5-large gemini-2.5-flash-image gemini-2.0-flash-preview-image-generation qwen-image amazon.titan-image-generator-v2:0
amazon.nova-canvas-v1:0 amazon.nova-reel-v1:0 amazon.nova-sonic-v1:0 cogview-4
sora-2 sora-2-pro veo-2.0-generate-001 models/veo-3.0-fast-generate-preview kling-v2 wan2.1-t2v-turbo wan2.2-i2v-plus
suno-v3.5 suno_music suno/chirp-v4 udio-130 riffusion stable-audio-2.5 music-1.5 minimax-music-01 mureka-7
eleven_multilingual_v2 eleven_turbo_v2_5 eleven_v3 elevenlabs/eleven_flash_v2_5 scribe_v1 suno/bark chatterbox-tts sonic-2 aura-2-thalia-en
nano-banana nano-banana-pro nano-banana-2 google/nano-banana gemini-3-pro-image-preview mj_imagine mj-fast-blend jimeng-4.0
hidream-i1-full playground-v2.5-1024px-aesthetic pixart-sigma lykon/dreamshaper-8-lcm leonardo/lucid-origin real-esrgan gfpgan
runway-gen4 runwayml/gen-3-alpha gen4_turbo gen3a_turbo luma-ray-2 luma/photon-flash pika-2.2 vidu-q1 viduq2-turbo pixverse-v5 wan-2.5
wan2.6-image-edit Wan-AI/Wan2.2-Animate-14B minimax/video-01 T2V-01-Director grok-imagine-video grok-imagine-image mochi-1-preview
Hunyuan3D-2 tripo3d-v2.5 wav2vec2-base openai/clip-vit-large-patch14 siglip2-so400m yolo11 nllb-200-distilled-600m m2m100-1.2b
omni-moderation-latest text-moderation-stable mistral-moderation-latest
meta-llama/llama-guard-4-12b llama-guard3:8b Meta-Llama-Guard-3-8B meta-llama/llama-prompt-guard-2-22m shieldgemma:9b
granite3-guardian:8b openai/gpt-oss-safeguard-20b Qwen3Guard-Gen-8B allenai/wildguard xtts-v2 nvidia/nemotron-4-340b-reward
gpt-3.5-turbo-instruct gpt-3.5-turbo-instruct-0914 openai/gpt-3.5-turbo-instruct gpt-35-turbo-instruct
text-davinci-003 text-davinci-edit-001 text-curie-001 text-ada-001 code-davinci-002 code-cushman-001 davinci-002 babbage-002 davinci
davinci-instruct-beta ada curie
mistral-ocr-latest models/aqa o1-pro o3-pro-2025-06-10 gpt-5-pro gpt-5-codex codex-mini-latest computer-use-preview
o3-deep-research o4-mini-deep-research-2025-06-26`

const forChat = `
gpt-4o gpt-4o-mini gpt-4o-2024-08-06 chatgpt-4o-latest gpt-4-vision-preview gpt-3.5-turbo gpt-3.5-turbo-0125 gpt-4.1-nano gpt-5
gpt-5-chat-latest gpt-4o-search-preview o1 o1-mini o3 o3-mini o4-mini openai/gpt-5-codex openai/o3-pro gpt-oss:20b gpt-oss-120b
ft:gpt-4o-mini-2024-07-18:org::1 llama-3.1-8b-instruct llama-3.1-8b-instant qwen2.5-72b-instruct mistral-7b-instruct
mistralai/Mistral-7B-Instruct-v0.3 meta-llama/Llama-3.3-70B-Instruct-Turbo codellama:7b-instruct phi-3-mini-4k-instruct
phi-3-vision-128k-instruct microsoft/phi-4 gemma-2-9b-it gemma3:4b gemma3n:e4b google/gemma-3n-e2b-it models/gemini-2.5-flash
gemini-2.5-pro gemini-flash-latest learnlm-2.0-flash claude-sonnet-4-5-20250929 claude-3-haiku-20240307 claude-instant-1.2
anthropic.claude-3-5-sonnet-20240620-v1:0 command-r-plus command-a-03-2025 c4ai-aya-expanse-32b deepseek-chat deepseek-reasoner
deepseek-r1:7b deepseek-ai/DeepSeek-V3 deepseek-ocr qwen3:14b qwen-max qwq-32b qwen2.5-coder:32b-instruct-q4_K_M qwen-vl-max
qwen2-audio-7b-instruct grok-4 grok-3-mini grok-2-vision mixtral-8x7b-32768 codestral-latest ministral-8b-latest pixtral-12b
voxtral-small-latest magistral-medium-latest devstral-small kimi-k2-instruct moonshot-v1-8k glm-4.5-flash yi-large
hermes-3-llama-3.1-405b nous-hermes2 dolphin-mixtral wizardlm2 zephyr starling-lm vicuna falcon-180b-chat dbrx-instruct
snowflake-arctic-instruct jamba-1.5-large amazon.nova-pro-v1:0 amazon.nova-lite-v1:0 amazon.titan-text-express-v1 sonar-pro
llava:13b video-llava-7b llava-next-video moondream minicpm-v granite-3.1-8b-instruct nemotron-70b-instruct
adalm-7b adaptive-7b davinci-ng-chat speechless-llama2-13b vanguard-7b influx-7b soraka-7b veora-2 imagenie-3b livelier-7b
salamandra-7b-instruct albert-small betterts-7b airealtimes-chat embla-7b watts-7b embedded-coder-7b live-oak-7b rill-demo scripted small large my-model
eleven-7b-chat musical-7b sunos-7b banana-7b nano-8b swan-7b wanda-7b clipper-7b barking-7b llama-3.2-11b-vision omni-video-chat`

const names = (text: string) => text.split(/\s+/).filter(Boolean)

it.each(names(forOtherTasks))('%s is not for chat', (name) => {
  expect(canChat(name)).toBe(false)
})

it.each(names(forChat))('%s can chat', (name) => {
  expect(canChat(name)).toBe(true)
})

const choice = (...list: string[]) => firstChoiceOf(list.map((name) => ({ name })))?.name

it('the first choice is a well-known model, wherever it is in the list', () => {
  expect(choice('babel-9b', 'gpt-4-0613', 'gpt-4o-mini-2024-07-18', 'gpt-4o-mini')).toBe('gpt-4o-mini')
  expect(choice('zeta/unknown', 'anthropic/claude-sonnet-4.5', 'meta/other')).toBe('anthropic/claude-sonnet-4.5')
  expect(choice('models/gemini-1.5-pro', 'models/gemini-2.5-flash')).toBe('models/gemini-2.5-flash')
  expect(choice('tinyllama:1b', 'llama3:8b')).toBe('llama3:8b')
})

it('the first choice is else the first of the list', () => {
  expect(choice('second-best', 'best')).toBe('second-best')
  expect(choice('gpt-5xyz', 'other')).toBe('gpt-5xyz')
  expect(choice()).toBeUndefined()
})
