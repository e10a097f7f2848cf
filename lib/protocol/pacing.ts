/** What each layer holds back and for how long; `docs/architecture.md` has the table. */

/** The fewest and the most characters that one frame adds to a reply, however slow or fast frames are. */
export const READING_MIN_FRAME_CHARACTERS = 400
export const READING_MAX_FRAME_CHARACTERS = 2400
/** A frame that took longer than this got too much text, so the next ones get less. */
export const READING_LONG_FRAME_MS = 25
/** Text that would fill more frames than this is a flood: it is parsed at once instead of being spread. */
export const READING_FLOOD_FRAMES = 8
/** Up to this much pending text is shown at once while text arrives now and then. */
export const READING_BURST_CHARACTERS = 48
/** Up to this much pending text is shown at once while text flows. */
export const READING_FLOW_CHARACTERS = 160
/** Additions that follow each other faster than this flow. */
export const READING_FLOW_GAP_MS = 60
/** Text is shown at most this long after it arrived, if a frame can bear it. */
export const READING_MAX_LAG_MS = 110
/** The longest that parsing a flood or a stored reply may block the page before it yields. */
export const READING_SLICE_MS = 8
/** How often a hidden page, which has no frames, parses what arrived. */
export const READING_HIDDEN_INTERVAL_MS = 100
