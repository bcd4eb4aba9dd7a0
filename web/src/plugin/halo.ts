/** Per pixel column, the span of y that candles cover. `top > bottom` where there is none. */
export interface CandleSpans {
  top: Int32Array;
  bottom: Int32Array;
}

export function clearSpans(spans: CandleSpans): void {
  spans.top.fill(0x7fffffff);
  spans.bottom.fill(-1);
}

/** Widens the spans of the pixel columns `[left, right]` so that they cover `[top, bottom]`. */
export function coverSpan(spans: CandleSpans, left: number, right: number, top: number, bottom: number): void {
  const end = Math.min(spans.top.length - 1, Math.ceil(right));
  for (let x = Math.max(0, Math.floor(left)); x <= end; x++) {
    if (top < spans.top[x]) spans.top[x] = Math.floor(top);
    if (bottom > spans.bottom[x]) spans.bottom[x] = Math.ceil(bottom);
  }
}

/** Lets three quarters of the background through inside the spans: bright heat would swallow the candles. */
export function dimSpans(
  pixels: Uint32Array,
  width: number,
  height: number,
  spans: CandleSpans,
  marginPixels: number,
): void {
  for (let x = 0; x < width; x++) {
    const start = Math.max(0, spans.top[x] - marginPixels);
    const end = Math.min(height - 1, spans.bottom[x] + marginPixels);
    for (let y = start; y <= end; y++) {
      const at = y * width + x;
      const word = pixels[at];
      if (word !== 0) pixels[at] = ((word & 0x00ffffff) | ((word >>> 26) << 24)) >>> 0;
    }
  }
}
