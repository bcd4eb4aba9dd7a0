import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { divergingColor, paletteColor, type PaletteName } from '../plugin';
import { shownTheme } from '../ui/theme';

type RampColors = PaletteName | 'diverging';

/** The colours of a palette, from little to much. */
export function Ramp({
  class: name,
  width,
  colors,
}: {
  class: string;
  width: number;
  colors: RampColors;
}): JSX.Element {
  const isOnLight = shownTheme() === 'light';
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current !== null) paintRamp(canvas.current, colors, isOnLight);
  }, [colors, isOnLight]);
  return <canvas ref={canvas} class={name} width={width} height={1} aria-hidden="true" />;
}

export function paintRamp(canvas: HTMLCanvasElement, colors: RampColors, isOnLight: boolean): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (let x = 0; x < canvas.width; x++) {
    const part = x / (canvas.width - 1);
    const [red, green, blue, alpha] =
      colors === 'diverging' ? divergingColor(2 * part - 1, isOnLight) : paletteColor(colors, part, isOnLight);
    context.fillStyle = `rgba(${red}, ${green}, ${blue}, ${alpha})`;
    context.fillRect(x, 0, 1, canvas.height);
  }
}
