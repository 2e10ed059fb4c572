/** A length of time for people: `0.25 s`, `12 s`, `3 min 5 s`. */
export function seconds(millis: number): string {
  if (millis < 10_000) return `${(millis / 1000).toFixed(millis < 1000 ? 2 : 1)} s`;
  const whole = Math.round(millis / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The time of day. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
