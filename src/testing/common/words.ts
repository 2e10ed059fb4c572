/** The words of a text in lower case. `get_weather` and `getWeather` are two words each. */
export function words(text: string): string[] {
  return text.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
