import { offscreen } from './canvas.js';
import type { BubbleOptions, BubbleSide } from './types.js';

/** From this radius on a circle has room for the arrow that tells the sides apart without colour. */
const ARROW_FROM_RADIUS = 7;
const RADIUS_STEP = 0.5;
const HALO_PIXELS = 1;
/** Of the ring's opacity. */
const DISC_PART = 0.3;

/** Circles painted once per size: a blit costs a fraction of an arc with its outline. */
export class BubbleSprites {
  readonly #sprites = new Map<string, OffscreenCanvas>();
  #key = '';

  /** Forgets what was painted for other colours or another screen. */
  prepare(options: BubbleOptions, pixelRatio: number): void {
    const key = [options.longColor, options.shortColor, options.outlineColor, options.opacity, pixelRatio].join('|');
    if (key !== this.#key) this.#sprites.clear();
    this.#key = key;
  }

  /** The circle, its middle in the middle of the canvas. */
  get(side: BubbleSide, radius: number, options: BubbleOptions, pixelRatio: number): OffscreenCanvas {
    const size = Math.round(radius / RADIUS_STEP);
    const name = `${side}${size}`;
    let sprite = this.#sprites.get(name);
    if (sprite === undefined) this.#sprites.set(name, (sprite = paint(side, size * RADIUS_STEP, options, pixelRatio)));
    return sprite;
  }
}

function paint(side: BubbleSide, radius: number, options: BubbleOptions, pixelRatio: number): OffscreenCanvas {
  const half = Math.ceil((radius + HALO_PIXELS + 1) * pixelRatio);
  const context = offscreen(2 * half, 2 * half);
  context.translate(half, half);
  context.scale(pixelRatio, pixelRatio);
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  const color = side === 'long' ? options.longColor : options.shortColor;
  // A ring more than a disc: what lies behind it, candles above all, stays legible.
  context.globalAlpha = options.opacity * DISC_PART;
  context.fillStyle = color;
  context.fill();
  // Dark outside and bright inside: one of the two stands out on any heat.
  context.globalAlpha = options.opacity;
  context.lineWidth = 3 * HALO_PIXELS;
  context.strokeStyle = options.outlineColor;
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = 1.5 * HALO_PIXELS;
  context.strokeStyle = color;
  context.stroke();
  if (radius >= ARROW_FROM_RADIUS) {
    const reach = radius * 0.36;
    const tip = side === 'long' ? reach : -reach;
    context.beginPath();
    context.moveTo(0, tip);
    context.lineTo(reach, -tip * 0.7);
    context.lineTo(-reach, -tip * 0.7);
    context.fill();
  }
  return context.canvas;
}
