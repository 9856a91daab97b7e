/** A number with about three digits that tell. */
export function shown(figure: number): string {
  if (Number.isNaN(figure)) return "–";
  const size = Math.abs(figure);
  if (size >= 1000) return Math.round(figure).toLocaleString("en");
  if (size >= 100 || Number.isInteger(figure)) return figure.toFixed(0);
  return size >= 10 ? figure.toFixed(1) : figure.toFixed(2);
}
