/** Reads the query parameter `wait`, in milliseconds. */
export function waitMillis(url: URL, min: number, max: number, fallback: number): number {
  const given = url.searchParams.get("wait");
  const millis = given === null || given === "" ? fallback : Number(given);
  return Number.isNaN(millis) ? fallback : Math.min(Math.max(millis, min), max);
}
