import { t } from '@lingui/core/macro';
import type { FunctionComponent, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

let coming = 0;

/** Whether the code of a part is on its way. */
export function isPartComing(): boolean {
  return coming > 0;
}

/** A part of the page whose code comes when it is first shown; nothing is drawn until then. */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): (props: P) => JSX.Element | null {
  let Part: FunctionComponent<P> | null = null;
  return function Later(props) {
    const [isRefused, setRefused] = useState<boolean | null>(null);
    useEffect(() => {
      if (Part !== null) return;
      coming++;
      load()
        .then(
          (found) => {
            Part = found;
            setRefused(false);
          },
          () => setRefused(true),
        )
        .finally(() => coming--);
    }, []);
    if (isRefused === true) return <p class="muted">{t`This part did not come. Load the page again.`}</p>;
    return Part === null ? null : <Part {...props} />;
  };
}
