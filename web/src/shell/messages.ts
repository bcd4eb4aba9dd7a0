import { ApiProblem } from '../api/problem';
import { byId, element } from '../ui/dom';

const SHOW_LOADING_AFTER_MS = 150;

/** The banner for what went wrong and the line for what is going on. The page stays usable under both. */
export class Messages {
  private readonly banner = byId('banner');
  private readonly status = byId('status');
  private timer = 0;

  showError(error: unknown, retry: () => void): void {
    const title = error instanceof ApiProblem ? error.title : 'Something went wrong';
    const detail = error instanceof Error ? error.message : String(error);
    this.banner.replaceChildren(
      element(
        'div',
        { class: 'banner-text' },
        element('b', {}, title),
        ' ',
        element('span', { 'data-testid': 'error-detail' }, detail),
      ),
      element(
        'button',
        {
          type: 'button',
          class: 'text-button',
          'data-testid': 'error-retry',
          onclick: () => {
            this.clearError();
            retry();
          },
        },
        'Try again',
      ),
      element(
        'button',
        {
          type: 'button',
          class: 'icon-button',
          'aria-label': 'Dismiss',
          'data-testid': 'error-dismiss',
          onclick: () => this.clearError(),
        },
        '✕',
      ),
    );
    this.banner.hidden = false;
  }

  clearError(): void {
    this.banner.hidden = true;
  }

  markStale(isStale: boolean): void {
    byId('chart').classList.toggle('is-stale', isStale);
  }

  /** A short load shows nothing: a flash of text is worse than none. */
  showLoading(text: string): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.showStatus(text, true), SHOW_LOADING_AFTER_MS);
  }

  showStatus(text: string, isBusy = false): void {
    window.clearTimeout(this.timer);
    this.status.replaceChildren(isBusy ? element('span', { class: 'spinner', 'aria-hidden': 'true' }) : '', text);
    this.status.hidden = text === '';
  }
}
