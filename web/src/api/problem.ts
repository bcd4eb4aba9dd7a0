/** An error answer of the API (RFC 9457), or a failure to get any answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly title: string,
    detail: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(detail);
  }
}

/** Reads a failed response; a body that is not problem JSON still gives a message a user can act on. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const fallback = new ApiProblem('Request failed', `The server answered ${response.status}.`, response.status, 'http');
  if (!(response.headers.get('content-type') ?? '').includes('json')) return fallback;
  try {
    const body = (await response.json()) as Record<string, unknown>;
    if (typeof body.detail !== 'string') return fallback;
    const title = typeof body.title === 'string' ? body.title : fallback.title;
    return new ApiProblem(title, body.detail, response.status, typeof body.code === 'string' ? body.code : 'http');
  } catch {
    return fallback;
  }
}

/** Whether a server simply does not have something; then there is nothing to show and nothing to say. */
export function isNotOffered(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 404 || error.status === 501);
}
