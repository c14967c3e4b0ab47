/** A reply of the API that is not what was asked for. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused';
}

/** Reads the running API; the demo believes nothing that is not served there or on a chain. */
export class ApiClient {
  constructor(readonly baseUrl: string) {}

  async get<Body>(path: string): Promise<Body> {
    return this.request<Body>('GET', path);
  }

  /** What is at `path`, or undefined when the API knows nothing there. */
  async find<Body>(path: string): Promise<Body | undefined> {
    const response = await this.send('GET', path);
    return response.status === 404 ? undefined : this.bodyOf<Body>(response, path);
  }

  async post<Body>(path: string): Promise<Body> {
    return this.request<Body>('POST', path);
  }

  private async request<Body>(method: string, path: string): Promise<Body> {
    return this.bodyOf<Body>(await this.send(method, path), path);
  }

  private async send(method: string, path: string): Promise<Response> {
    return fetch(`${this.baseUrl}/v1${path}`, { method, signal: AbortSignal.timeout(60_000) });
  }

  private async bodyOf<Body>(response: Response, path: string): Promise<Body> {
    const text = await response.text();
    if (!response.ok) throw new ApiRefused(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Body;
  }
}
