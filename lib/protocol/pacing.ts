/** What each layer holds back and for how long, along the way of a token; `docs/architecture.md` has the table. */

/** Deltas of one generation are joined for this long: in a quiet process, in a busy one, and in one that can't keep up. */
export const FLUSH_QUIET_MS = 8
export const FLUSH_BUSY_MS = 50
export const FLUSH_OVERLOADED_MS = 250

/** Appended events are in the database this much later, at most, plus the write itself. */
export const CHECKPOINT_MS = 200
/** How often a log of another instance is read anew from the database when no feed delivers it. */
export const REMOTE_POLL_MS = 500

/** How much one write of a response joins, so that a reader far behind doesn't copy a whole log at once. */
export const RESPONSE_WRITE_BYTES = 64 * 1024

/** The page commits this long after the last commit: a little less than two frames at 60 Hz, since each costs a layout. */
export const COMMIT_INTERVAL_MS = 25
/** The same for a hidden page, which has no frames: text that waited for one would flood it on return. */
export const HIDDEN_COMMIT_DELAY_MS = 100

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
