import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

let made = 0;

/** A word with its meaning, on hover and on a tap. */
export function Term({ name, meaning }: { name: string; meaning: string | undefined }): JSX.Element {
  const [id] = useState(() => `term-${String(made++)}`);
  if (meaning === undefined) return <>{name}</>;
  return (
    <>
      <button type="button" class="term" title={meaning} popovertarget={id}>
        {name}
      </button>
      <span id={id} class="menu term-meaning" popover="auto" role="note">
        {meaning}
      </span>
    </>
  );
}
