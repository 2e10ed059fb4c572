/** The error page of Cloudflare, which stands in front of Runpod. */
export function gatewayTimeout(host: string): Response {
  const title = `${host} | 524: A timeout occurred`;
  return new Response(
    `<!DOCTYPE html>\n<html lang="en-US">\n<head><title>${title}</title></head>\n<body><h1>A timeout occurred</h1></body>\n</html>\n`,
    { status: 524, headers: { "content-type": "text/html; charset=UTF-8" } },
  );
}
