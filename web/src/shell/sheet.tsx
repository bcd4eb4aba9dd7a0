import { t } from '@lingui/core/macro';
import { useSignal } from '@preact/signals';
import type { JSX, TargetedPointerEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { byId } from '../ui/dom';
import { isSheet } from '../ui/media';

const HEIGHTS = ['small', 'middle', 'large'] as const;
type Height = (typeof HEIGHTS)[number];
const LABELS: Record<Height, string> = {
  small: t`Panel, small: make it taller`,
  middle: t`Panel, middle: make it taller`,
  large: t`Panel, large: make it small`,
};
/** Of the window, where one height gives way to the next. */
const LARGE_FROM = 0.68;
const MIDDLE_FROM = 0.3;
/** A finger that moved less has pressed. */
const PRESS_PIXELS = 6;

/** The bar on top of the panel on a phone: a press takes the next height, a drag the one it ends at. */
export function SheetHandle(): JSX.Element | null {
  const height = useSignal<Height>('small');
  const start = useRef<number | null>(null);
  const wasDragged = useRef(false);
  const side = byId('side');
  useLayoutEffect(() => {
    side.dataset.height = height.value;
    side.style.removeProperty('height');
  });
  if (!isSheet.value) return null;
  const onMove = (event: TargetedPointerEvent<HTMLElement>): void => {
    if (start.current === null || Math.abs(event.clientY - start.current) < PRESS_PIXELS) return;
    wasDragged.current = true;
    side.style.height = `${window.innerHeight - event.clientY}px`;
  };
  const onEnd = (event: TargetedPointerEvent<HTMLElement>): void => {
    if (start.current === null) return;
    start.current = null;
    if (!wasDragged.current) return;
    const part = 1 - event.clientY / window.innerHeight;
    side.style.removeProperty('height');
    height.value = part > LARGE_FROM ? 'large' : part > MIDDLE_FROM ? 'middle' : 'small';
  };
  const onClick = (): void => {
    if (!wasDragged.current) height.value = HEIGHTS[(HEIGHTS.indexOf(height.value) + 1) % HEIGHTS.length];
    wasDragged.current = false;
  };
  return (
    <button
      type="button"
      class="sheet-handle"
      aria-label={LABELS[height.value]}
      data-testid="sheet-handle"
      onClick={onClick}
      onPointerDown={(event) => {
        start.current = event.clientY;
        wasDragged.current = false;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onMove}
      onPointerUp={onEnd}
      onPointerCancel={onEnd}
    >
      <i aria-hidden="true" />
    </button>
  );
}
