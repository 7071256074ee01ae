/** How the four bands of load, exposure and strain look: a tone each, never alone. */
import type { Band } from '../live/events';

export const BANDS = ['light', 'usual', 'high', 'heavy'] as const satisfies readonly Band[];

export const toneOf: Record<Band, 'calm' | 'even' | 'warm' | 'deep'> = {
  light: 'calm',
  usual: 'even',
  high: 'warm',
  heavy: 'deep',
};
