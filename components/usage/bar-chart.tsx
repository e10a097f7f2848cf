'use client'
import { AxisBottom, AxisLeft } from '@visx/axis'
import { scaleBand, scaleLinear } from '@visx/scale'
import { type KeyboardEvent, useId, useState } from 'react'
import { useWidth } from './use-width'

export interface Bar {
  key: string
  /** Under the bar. */
  label: string
  value: number
  /** What it says when it is pointed at, or reached with the arrow keys. */
  words: string
}

const AXIS_LEFT = 56
const AXIS_BOTTOM = 24
const LABEL_WIDTH = 64
const BAR_AT_MOST = 40
const TICKS = 3

/** Upright bars. What one of them stands for is said below, for the mouse and for the arrow keys alike. */
export function BarChart({
  label,
  bars,
  tick,
  height = 180,
}: {
  /** What the chart shows, in one sentence. */
  label: string
  bars: Bar[]
  tick(value: number): string
  height?: number
}) {
  const { ref, width } = useWidth()
  const [chosen, setChosen] = useState<number | null>(null)
  const said = useId()
  const most = Math.max(...bars.map(({ value }) => value), 0)
  const inner = { width: Math.max(width - AXIS_LEFT, 1), height: height - AXIS_BOTTOM }
  const x = scaleBand({ domain: bars.map(({ key }) => key), range: [0, inner.width], padding: 0.25 })
  const y = scaleLinear({ domain: [0, most || 1], range: [inner.height, 8], nice: most > 0 && TICKS })
  const every = Math.max(1, Math.ceil((bars.length * LABEL_WIDTH) / inner.width))
  const bar = chosen === null ? null : bars[chosen]

  const onKey = (event: KeyboardEvent) => {
    const last = bars.length - 1
    const next = { ArrowRight: (chosen ?? -1) + 1, ArrowLeft: (chosen ?? bars.length) - 1, Home: 0, End: last }[
      event.key
    ]
    if (next === undefined) return
    event.preventDefault()
    setChosen(Math.min(Math.max(next, 0), last))
  }
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: no element is a chart that arrow keys walk through. */}
      <div
        ref={ref}
        role="group"
        aria-roledescription="chart"
        aria-label={`${label} Use the arrow keys to move between bars.`}
        aria-describedby={said}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it answers to the arrow keys.
        tabIndex={0}
        onKeyDown={onKey}
        onBlur={() => setChosen(null)}
        onPointerLeave={() => setChosen(null)}
        className="rounded-small"
      >
        <svg width={width} height={height} aria-hidden="true" className="block overflow-visible">
          <g transform={`translate(${AXIS_LEFT} 0)`}>
            <AxisLeft
              scale={y}
              numTicks={TICKS}
              hideAxisLine
              hideTicks
              tickFormat={(value) => tick(Number(value))}
              tickLabelProps={tickLook('end')}
            />
            {y.ticks(TICKS).map((value) => (
              <line key={value} x2={inner.width} y1={y(value)} y2={y(value)} className="stroke-line" />
            ))}
            {bars.map(({ key, value }, index) => {
              const wide = Math.min(x.bandwidth(), BAR_AT_MOST)
              return (
                <g key={key} onPointerEnter={() => setChosen(index)} onPointerDown={() => setChosen(index)}>
                  <rect x={x(key)} width={x.bandwidth()} height={inner.height} className="fill-transparent" />
                  <rect
                    x={(x(key) ?? 0) + (x.bandwidth() - wide) / 2}
                    width={wide}
                    y={value > 0 ? Math.min(y(value), inner.height - 1.5) : inner.height}
                    height={value > 0 ? Math.max(inner.height - y(value), 1.5) : 0}
                    rx={Math.min(2, wide / 4)}
                    className={chosen === null || chosen === index ? 'fill-accent' : 'fill-accent/50'}
                  />
                </g>
              )
            })}
            <AxisBottom
              scale={x}
              top={inner.height}
              hideTicks
              tickValues={bars.flatMap(({ key }, index) => (index % every === 0 ? key : []))}
              tickFormat={(key) => bars.find((each) => each.key === key)?.label ?? ''}
              axisLineClassName="stroke-line-strong"
              tickLabelProps={tickLook('middle')}
            />
          </g>
        </svg>
      </div>
      <p id={said} aria-live="polite" className="numbers mt-1 min-h-5 text-ink-quiet text-note">
        {bar?.words}
      </p>
    </div>
  )
}

function tickLook(textAnchor: 'end' | 'middle') {
  const baseline = textAnchor === 'end' ? { dx: '-0.4em', dy: '0.3em' } : {}
  return {
    textAnchor,
    className: 'fill-ink-quiet numbers',
    fontSize: 12,
    fontFamily: 'inherit',
    fill: undefined,
    ...baseline,
  }
}
