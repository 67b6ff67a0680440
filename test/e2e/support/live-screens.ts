/** A VM with two screenshots of every task. */
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { Screen, Screens } from '../../../src/shared/screens.ts';

export function liveScreens(): Screens {
  const screens: readonly Screen[] = [6, 7].map((step) => ({
    name: `screenshot-step_${step}_20260128@22552${step}.png`,
    step,
    moment: 'after',
    takenAt: Date.now() - (8 - step) * 12_000,
    sizeBytes: 4000,
  }));
  return {
    list: () => Promise.resolve({ ok: true, value: screens }),
    read: (_task, name) =>
      Promise.resolve({ ok: true, value: stepPicture(name.includes('step_7') ? 7 : 6, 390) }),
    texts: () => Promise.resolve({ ok: true, value: { texts: [], screens, clockOffsetMs: 0 } }),
  };
}
