/** A length of time for people. */
export function duration(millis: number | undefined): string {
  if (millis === undefined) return "";
  if (millis < 10_000) return `${(Math.max(0, millis) / 1000).toFixed(millis < 1000 ? 2 : 1)} s`;
  const seconds = Math.round(millis / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The time of day. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
