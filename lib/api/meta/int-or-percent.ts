/** A number, or the share of `whole` that a text such as `25%` says; shares are rounded up unless told otherwise. */
export function shareOf(value: number | string, whole: number, round: (value: number) => number = Math.ceil): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * whole) / 100);
}
