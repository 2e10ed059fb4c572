/** The message of a job's error. The worker SDK sends a raised exception as JSON text. */
export function errorMessage(error: unknown): unknown {
  if (typeof error !== "string" || !error.startsWith("{")) return error;
  try {
    const { error_type, error_message } = JSON.parse(error) as Record<string, unknown>;
    // "<class 'ValueError'>"
    const type = /'([^']+)'/.exec(String(error_type))?.[1] ?? error_type;
    return error_message === undefined ? error : `${type}: ${error_message}`;
  } catch {
    return error;
  }
}
