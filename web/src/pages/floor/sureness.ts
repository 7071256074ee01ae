/** How sure, in a word. The limits are a choice; alerts below the last one are hardly ever raised. */
export type Sureness = 'high' | 'good' | 'fair' | 'low';

export function sureness(confidence: number): Sureness {
  if (confidence >= 0.9) return 'high';
  if (confidence >= 0.75) return 'good';
  return confidence >= 0.6 ? 'fair' : 'low';
}
