import { request } from "undici";

/** Whether a server answers `GET /health` with 200. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/health`);
    await body.dump();
    return statusCode === 200;
  } catch {
    // Refused or cut: not up yet, which is what was asked.
    return false;
  }
}

/**
 * Version of the server at an address.
 * @throws Error when it does not answer as a Meilisearch server
 */
export async function serverVersion(url: string, masterKey: string | undefined): Promise<string> {
  const headers = masterKey === undefined ? {} : { authorization: `Bearer ${masterKey}` };
  const { statusCode, body } = await request(`${url}/version`, { headers });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answers /version with status ${statusCode}: ${text.slice(0, 200)}`);
  return String((JSON.parse(text) as { pkgVersion?: unknown }).pkgVersion);
}
