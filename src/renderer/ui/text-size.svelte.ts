/** The size of the text, for what is laid out in pixels. A person may change it while the page is open. */

let rem = $state(rootFontPixels());
let isWatched = false;

/** Returns the pixels of 1rem, 16 unless a person wants another size. It is reactive. */
export function remPixels(): number {
  if (!isWatched) watch();
  return rem;
}

function rootFontPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function watch(): void {
  isWatched = true;
  const probe = document.createElement('div');
  probe.ariaHidden = 'true';
  Object.assign(probe.style, { position: 'absolute', inlineSize: '1rem', visibility: 'hidden' });
  document.body.append(probe);
  new ResizeObserver(() => (rem = rootFontPixels())).observe(probe);
}
