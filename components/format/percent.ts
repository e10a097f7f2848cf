/** A share in whole per cent, as the reader's language writes it: `82%`. */
export function percentWords(share: number): string {
  return share.toLocaleString(undefined, { style: 'percent' })
}
