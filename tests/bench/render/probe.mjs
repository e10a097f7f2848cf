// What a page's main thread does from `begin` to `end`.

/** Runs in the page. Counts tasks over 50 ms, the gaps between frames, what moved, and updates under `selector`. */
function install(selector) {
  const seen = { counting: false, tasks: [], shifts: [], gaps: [], updates: 0, changedAt: performance.now(), last: 0 }
  const observe = (type, take) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (seen.counting) take(entry)
    }).observe({ type })
  observe('longtask', ({ duration }) => seen.tasks.push(duration))
  observe('layout-shift', ({ value, hadRecentInput }) => hadRecentInput || seen.shifts.push(value))
  new MutationObserver((records) => {
    const { target } = records.at(-1)
    const element = target instanceof Element ? target : target.parentElement
    if (!element?.closest(selector)) return
    seen.updates++
    seen.changedAt = performance.now()
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
  const frame = (time) => {
    if (!seen.counting) return
    if (seen.last) seen.gaps.push(time - seen.last)
    seen.last = time
    requestAnimationFrame(frame)
  }
  window.probe = {
    still: (ms) => performance.now() - seen.changedAt > ms,
    begin() {
      Object.assign(seen, { counting: true, tasks: [], shifts: [], gaps: [], updates: 0, last: 0 })
      requestAnimationFrame(frame)
    },
    end() {
      seen.counting = false
      const { tasks, gaps, shifts, updates } = seen
      const frames = gaps.map((gap) => Math.max(0, Math.round(gap / (1000 / 60)) - 1))
      const sum = (values) => values.reduce((total, each) => total + each, 0)
      return {
        updates,
        longTasks: tasks.length,
        worstTask: Math.max(0, ...tasks),
        worstGap: Math.max(0, ...gaps),
        frames: gaps.length,
        dropped: sum(frames),
        shift: sum(shifts),
      }
    },
  }
}

/**
 * Looks at a page. `end()` gives `{busy, script, style, layout}` (ms of the main thread), `wall` (ms), `updates` of the
 * elements under a selector, `longTasks`, `worstTask` (ms), `worstGap` between frames (ms), `dropped` frames, `shift` (CLS),
 * `nodes`, and `heap` (MB, after a collection).
 */
export async function probe(page, selector) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'timeTicks' })
  await page.evaluate(install, selector)
  let before
  let began
  return {
    session,
    still: (ms) => page.waitForFunction((each) => window.probe.still(each), ms, { timeout: 120_000 }),
    async begin() {
      await page.evaluate(() => window.probe.begin())
      before = await metrics(session)
      began = performance.now()
    },
    async end() {
      const after = await metrics(session)
      const wall = performance.now() - began
      // The observers tell of the last tasks a little later.
      await page.waitForTimeout(150)
      const seen = await page.evaluate(() => window.probe.end())
      const spent = (name) => (after[name] - before[name]) * 1000
      return {
        wall,
        busy: spent('TaskDuration'),
        script: spent('ScriptDuration'),
        style: spent('RecalcStyleDuration'),
        layout: spent('LayoutDuration'),
        nodes: after.Nodes,
        ...seen,
        heap: await heapOf(session),
      }
    },
  }
}

/** MB that a page's JavaScript holds, after a collection. */
export async function heapOf(session) {
  await session.send('HeapProfiler.collectGarbage')
  return (await metrics(session)).JSHeapUsedSize / 2 ** 20
}

async function metrics(session) {
  const { metrics: all } = await session.send('Performance.getMetrics')
  return Object.fromEntries(all.map(({ name, value }) => [name, value]))
}
