/** Makes pictures smaller. Pure. */

/** A picture as four bytes for each pixel: red, green, blue, opacity. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Returns the picture within a square of this many pixels, each the mean of those that it stands for, on white. A smaller picture keeps
 * its size.
 */
export function shrink({ width, height, data }: Pixels, most: number): Pixels {
  const factor = Math.min(1, most / Math.max(width, height));
  const to = {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
  const small = new Uint8ClampedArray(to.width * to.height * 4);
  let out = 0;
  for (let y = 0; y < to.height; y += 1) {
    const [top, bottom] = spanOf(y, to.height, height);
    for (let x = 0; x < to.width; x += 1) {
      const [left, right] = spanOf(x, to.width, width);
      let red = 0;
      let green = 0;
      let blue = 0;
      let opacity = 0;
      for (let row = top; row < bottom; row += 1) {
        const end = (row * width + right) * 4;
        for (let at = (row * width + left) * 4; at < end; at += 4) {
          const alpha = data[at + 3] ?? 0;
          red += (data[at] ?? 0) * alpha;
          green += (data[at + 1] ?? 0) * alpha;
          blue += (data[at + 2] ?? 0) * alpha;
          opacity += alpha;
        }
      }
      const full = (bottom - top) * (right - left) * 255;
      const white = (full - opacity) * 255;
      small[out] = (red + white) / full;
      small[out + 1] = (green + white) / full;
      small[out + 2] = (blue + white) / full;
      small[out + 3] = 255;
      out += 4;
    }
  }
  return { ...to, data: small };
}

/** Returns the pixels of `from` in all that one of `to` stands for; at least one. */
function spanOf(index: number, to: number, from: number): readonly [first: number, end: number] {
  const first = Math.floor((index * from) / to);
  return [first, Math.max(first + 1, Math.floor(((index + 1) * from) / to))];
}
