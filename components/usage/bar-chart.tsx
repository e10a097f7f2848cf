'use client'
import { AxisBottom, AxisLeft } from '@visx/axis'
import { scaleBand, scaleLinear } from '@visx/scale'
import { type KeyboardEvent, useId, useState } from 'react'
import { useWidth } from './use-width'

export interface Bar {
  key: string
  /** Below the bar. */
  label: string
  value: number
  /** Shown below the chart when the bar is selected. */
  description: string
}

const AXIS_LEFT = 56
const AXIS_BOTTOM = 24
const LABEL_WIDTH = 64
const MAX_BAR_WIDTH = 40
/** So that the smallest value is visible. */
const MIN_BAR_HEIGHT = 1.5
const TICKS = 3

/** A bar chart. The pointer or the arrow keys select a bar, whose description is shown below. */
export function BarChart({
  label,
  bars,
  formatTick,
  height = 180,
}: {
  /** One sentence. */
  label: string
  bars: Bar[]
  formatTick(value: number): string
  height?: number
}) {
  const { ref, width } = useWidth()
  const [selected, setSelected] = useState<number | null>(null)
  const descriptionId = useId()
  const onKey = (event: KeyboardEvent) => {
    const last = bars.length - 1
    const next = { ArrowRight: (selected ?? -1) + 1, ArrowLeft: (selected ?? bars.length) - 1, Home: 0, End: last }[
      event.key
    ]
    if (next === undefined) return
    event.preventDefault()
    setSelected(Math.min(Math.max(next, 0), last))
  }
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: no element is a chart with arrow keys. */}
      <div
        ref={ref}
        role="group"
        aria-roledescription="chart"
        aria-label={`${label} Use the arrow keys to move between bars.`}
        aria-describedby={descriptionId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it handles the arrow keys.
        tabIndex={0}
        onKeyDown={onKey}
        onBlur={() => setSelected(null)}
        onPointerLeave={() => setSelected(null)}
        className="rounded-small"
      >
        <Drawing
          bars={bars}
          width={width}
          height={height}
          selected={selected}
          formatTick={formatTick}
          onSelect={setSelected}
        />
      </div>
      <p id={descriptionId} aria-live="polite" className="tabular-nums mt-1 min-h-5 text-ink-quiet text-note">
        {selected === null ? null : bars[selected]?.description}
      </p>
    </div>
  )
}

function Drawing({
  bars,
  width,
  height,
  selected,
  formatTick,
  onSelect,
}: {
  bars: Bar[]
  width: number
  height: number
  selected: number | null
  formatTick(value: number): string
  onSelect(index: number): void
}) {
  const max = Math.max(...bars.map(({ value }) => value), 0)
  const plot = { width: Math.max(width - AXIS_LEFT, 1), height: height - AXIS_BOTTOM }
  const x = scaleBand({ domain: bars.map(({ key }) => key), range: [0, plot.width], padding: 0.25 })
  const y = scaleLinear({ domain: [0, max || 1], range: [plot.height, 8], nice: max > 0 && TICKS })
  const labelInterval = Math.max(1, Math.ceil((bars.length * LABEL_WIDTH) / plot.width))
  return (
    <svg width={width} height={height} aria-hidden="true" className="block overflow-visible">
      <g transform={`translate(${AXIS_LEFT} 0)`}>
        <AxisLeft
          scale={y}
          numTicks={TICKS}
          hideAxisLine
          hideTicks
          tickFormat={(value) => formatTick(Number(value))}
          tickLabelProps={labelProps('end')}
        />
        {y.ticks(TICKS).map((value) => (
          <line key={value} x2={plot.width} y1={y(value)} y2={y(value)} className="stroke-line" />
        ))}
        {bars.map(({ key, value }, index) => (
          <g key={key} onPointerEnter={() => onSelect(index)} onPointerDown={() => onSelect(index)}>
            <rect x={x(key)} width={x.bandwidth()} height={plot.height} className="fill-transparent" />
            <BarRect
              center={(x(key) ?? 0) + x.bandwidth() / 2}
              width={Math.min(x.bandwidth(), MAX_BAR_WIDTH)}
              top={value > 0 ? Math.min(y(value), plot.height - MIN_BAR_HEIGHT) : plot.height}
              bottom={plot.height}
              faded={selected !== null && selected !== index}
            />
          </g>
        ))}
        <AxisBottom
          scale={x}
          top={plot.height}
          hideTicks
          tickValues={bars.flatMap(({ key }, index) => (index % labelInterval === 0 ? key : []))}
          tickFormat={(key) => bars.find((each) => each.key === key)?.label ?? ''}
          axisLineClassName="stroke-line-strong"
          tickLabelProps={labelProps('middle')}
        />
      </g>
    </svg>
  )
}

function BarRect({
  center,
  width,
  top,
  bottom,
  faded,
}: {
  center: number
  width: number
  top: number
  bottom: number
  faded: boolean
}) {
  return (
    <rect
      x={center - width / 2}
      width={width}
      y={top}
      height={bottom - top}
      rx={Math.min(2, width / 4)}
      className={faded ? 'fill-accent/50' : 'fill-accent'}
    />
  )
}

function labelProps(textAnchor: 'end' | 'middle') {
  const baseline = textAnchor === 'end' ? { dx: '-0.4em', dy: '0.3em' } : {}
  return {
    textAnchor,
    className: 'fill-ink-quiet tabular-nums',
    fontSize: 12,
    fontFamily: 'inherit',
    fill: undefined,
    ...baseline,
  }
}
