/** Rill's logo, in the current text color. */
export function Logo({ className }: { className: string }) {
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
      <path d="M4 3c0 8 6 8 6 18" />
      <path d="M11 3c0 6 5 7.5 5 13" />
      <path d="M18 3c0 3.5 2.5 4.5 2.5 8" />
    </svg>
  )
}
