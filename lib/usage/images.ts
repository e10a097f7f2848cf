import 'server-only'

/** How closely the model is to look. */
type Detail = 'low' | 'high'

/*
 * OpenAI's "Images and vision" guide, as worked through with examples in github.com/xn1cklas/tokenlens issue 7 and
 * github.com/epam/ai-dial-adapter-openai issue 165. Later models have other rules, which sources disagree on, and so has
 * everybody else: nothing is said of them here.
 */

/** A base, and so much for each tile of 512 × 512. */
const tiled: [RegExp, { base: number; tile: number }][] = [
  [/^gpt-4o-mini(?![a-z])/, { base: 2833, tile: 5667 }],
  [/^(gpt-4o|gpt-4\.1|gpt-4\.5-preview|gpt-4-turbo)(-\d|$)/, { base: 85, tile: 170 }],
  [/^(o1|o1-pro|o3)(-\d|$)/, { base: 75, tile: 150 }],
  [/^gpt-5(-\d|-chat-latest|$)/, { base: 70, tile: 140 }],
]

/** So much, in hundredths, for each patch of 32 × 32. */
const patched: [RegExp, number][] = [
  [/^(gpt-4\.1-mini|gpt-5-mini)(-\d|$)/, 162],
  [/^(gpt-4\.1-nano|gpt-5-nano)(-\d|$)/, 246],
  [/^o4-mini(-\d|$)/, 172],
]
const PATCHES_AT_MOST = 1536

/** The prompt tokens of an image of so many pixels, by the rule the provider publishes; null where none is known. */
export function imageTokens(model: string, width: number, height: number, detail: Detail): number | null {
  const name = model.toLowerCase().replace(/^.*\//, '')
  const tiles = tiled.find(([pattern]) => pattern.test(name))?.[1]
  if (tiles) return tiles.base + (detail === 'low' ? 0 : tiles.tile * tilesOf(width, height))
  const hundredths = patched.find(([pattern]) => pattern.test(name))?.[1]
  return hundredths === undefined ? null : Math.round((patchesOf(width, height) * hundredths) / 100)
}

/** Made to fit 2048 × 2048, then to have no more than 768 on its short side. */
function tilesOf(width: number, height: number): number {
  const fit = Math.min(1, 2048 / Math.max(width, height))
  const scale = fit * Math.min(1, 768 / (Math.min(width, height) * fit))
  return wholes(width * scale, 512) * wholes(height * scale, 512)
}

/** When there are too many, it is shrunk until there are not, to a whole number of them on one side. */
function patchesOf(width: number, height: number): number {
  const patches = wholes(width, 32) * wholes(height, 32)
  if (patches <= PATCHES_AT_MOST) return patches
  const shrink = Math.sqrt((32 * 32 * PATCHES_AT_MOST) / (width * height)) / 32
  const [across, down] = [width * shrink, height * shrink]
  const whole = Math.min(...[across, down].map((side) => (side < 1 ? 1 : Math.floor(side) / side)))
  return Math.min(PATCHES_AT_MOST, wholes(across * whole, 1) * wholes(down * whole, 1))
}

/** How many it takes to cover a length. What arithmetic leaves of a thousandth is none. */
function wholes(length: number, size: number): number {
  return Math.max(1, Math.ceil(length / size - 0.001))
}
