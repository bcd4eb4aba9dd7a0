import { t } from '@lingui/core/macro';
import type { Problem } from './schema';

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

/** A rule that was broken, in the page's words: the server tells what it is about, and what was found. */
const broken = ({ argument, rule, value }: Problem): string => {
  const [name, demand, found] = [argument, rule, value].map((text) => text ?? '');
  return t`${name}: ${demand}; found ${found}`;
};
/** Words of the page by the code of a problem; those of the server stand for any other. */
const WORDS: Readonly<Record<string, (problem: Problem) => string>> = {
  invalid_argument: broken,
  unknown_name: broken,
  no_data: broken,
  file_format: broken,
  store_error: broken,
  busy: broken,
  internal_error: () => t`The server failed on this request; its log has the cause.`,
};

/** Reads a failed response; a body that is not problem JSON still gives a message a user can act on. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const { status } = response;
  const fallback = new ApiProblem(t`Request failed`, t`The server answered ${status}.`, status, 'http');
  if (!(response.headers.get('content-type') ?? '').includes('json')) return fallback;
  try {
    const body = (await response.json()) as Partial<Problem>;
    const { title = fallback.title, code = 'http', detail, argument, rule } = body;
    if (typeof detail !== 'string') return fallback;
    const isWhole = typeof argument === 'string' && typeof rule === 'string';
    const words = isWhole || code === 'internal_error' ? WORDS[code] : undefined;
    return new ApiProblem(title, words?.(body as Problem) ?? detail, status, code);
  } catch {
    return fallback;
  }
}

/** Whether a server simply does not have something; then there is nothing to show and nothing to say. */
export function isNotOffered(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 404 || error.status === 501);
}
