import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { ApiProblem } from '../api/problem';
import { byId } from '../ui/dom';
import { IconButton, TextButton } from '../ui/fields';

const SHOW_LOADING_AFTER_MS = 150;
const BRIEF_MS = 1800;

interface Failure {
  title: string;
  detail: string;
  retry: () => void;
}

/** What went wrong, and what is going on. The page stays usable under both. */
export class Messages {
  readonly failure = signal<Failure | null>(null);
  readonly status = signal({ text: '', isBusy: false });
  private timer = 0;

  showError(error: unknown, retry: () => void): void {
    const title = error instanceof ApiProblem ? error.title : t`Something went wrong`;
    this.failure.value = { title, detail: error instanceof Error ? error.message : String(error), retry };
  }

  clearError(): void {
    this.failure.value = null;
  }

  markStale(isStale: boolean): void {
    byId('chart').classList.toggle('is-stale', isStale);
  }

  /** A short load shows nothing: a flash of text is worse than none. */
  showLoading(text: string): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.showStatus(text, true), SHOW_LOADING_AFTER_MS);
  }

  /** A word that goes by itself. */
  showBriefly(text: string): void {
    this.showStatus(text);
    this.timer = window.setTimeout(() => this.showStatus(''), BRIEF_MS);
  }

  showStatus(text: string, isBusy = false): void {
    window.clearTimeout(this.timer);
    this.status.value = { text, isBusy };
  }
}

export function Banner({ messages }: { messages: Messages }): JSX.Element {
  const failure = messages.failure.value;
  const retry = (): void => {
    messages.clearError();
    failure?.retry();
  };
  return (
    <div class="banner" role="alert" data-testid="error-banner" hidden={failure === null}>
      {failure !== null && (
        <>
          <div class="banner-text">
            <b>{failure.title}</b> <span data-testid="error-detail">{failure.detail}</span>
          </div>
          <TextButton testId="error-retry" onClick={retry}>
            {t`Try again`}
          </TextButton>
          <IconButton label={t`Dismiss`} testId="error-dismiss" onClick={() => messages.clearError()} />
        </>
      )}
    </div>
  );
}

export function Status({ messages }: { messages: Messages }): JSX.Element {
  const { text, isBusy } = messages.status.value;
  return (
    <div class="status" id="status" role="status" hidden={text === ''}>
      {isBusy && <span class="spinner" aria-hidden="true" />}
      {text}
    </div>
  );
}
