/** Where the window was the last time, kept in a file of its own. */
import { z } from 'zod';
import { readUserFileSync, writeOwnFile } from '../../engine/files/index.ts';

const boundsSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() });
const placeSchema = z.object({ bounds: boundsSchema, isMaximized: z.boolean() });
export type Bounds = z.infer<typeof boundsSchema>;
export type WindowPlace = z.infer<typeof placeSchema>;

export const firstSize = { width: 1100, height: 760 };
/** As narrow as the page can be read. */
export const leastSize = { width: 360, height: 320 };
/** So much of the window has to be on a screen that a person can get hold of it. */
const leastVisible = { width: 120, height: 40 };

/** Null where there is none yet, or none that makes sense. */
export function readPlace(file: string): WindowPlace | null {
  try {
    return placeSchema.parse(JSON.parse(readUserFileSync(file).toString()));
  } catch {
    return null;
  }
}

/** A disk that is full costs the place of the window and nothing else. */
export function writePlace(file: string, place: WindowPlace): void {
  try {
    writeOwnFile(file, `${JSON.stringify(place)}\n`);
  } catch {
    // The next window opens where windows open.
  }
}

/** The place on one of the screens that are there now. Without `x` and `y` where the old place is out of sight. */
export function fitBounds(
  bounds: Bounds | null,
  workAreas: readonly Bounds[],
): { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number } {
  if (bounds === null) return firstSize;
  const size = {
    width: Math.max(bounds.width, leastSize.width),
    height: Math.max(bounds.height, leastSize.height),
  };
  const isInSight = workAreas.some((area) => {
    const width = Math.min(bounds.x + size.width, area.x + area.width) - Math.max(bounds.x, area.x);
    const isTitleInSight = bounds.y >= area.y && bounds.y + leastVisible.height <= area.y + area.height;
    return width >= leastVisible.width && isTitleInSight;
  });
  return isInSight ? { ...size, x: bounds.x, y: bounds.y } : size;
}
