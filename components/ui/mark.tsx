/** Rill's mark: three strokes of a stream. Takes the colour of its text. */
export function Mark({ className }: { className: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.4"
      strokeLinecap="round"
      aria-hidden="true"
      className={className}
    >
      <path d="M5 3c0 4 3 5 3 9s-3 5-3 9" />
      <path d="M12 3c0 4 3 5 3 9s-3 5-3 9" opacity="0.75" />
      <path d="M19 3c0 4 3 5 3 9s-3 5-3 9" opacity="0.45" />
    </svg>
  )
}
