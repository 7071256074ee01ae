/** The kinds of keys with which programs come. */
export type KeyKind = 'audiohook' | 'twilio' | 'events' | 'route' | 'workforce';

/** Where a program with such a key connects, as the server's own address is seen from here; nothing answers to `route` yet. */
export function addressOf(kind: KeyKind, origin: string): string | undefined {
  const socket = origin.replace(/^http/, 'ws');
  const addresses: Record<KeyKind, string | undefined> = {
    audiohook: `${socket}/v1/audiohook/ws`,
    twilio: `${socket}/v1/twilio/ws`,
    events: `${origin}/v1/events`,
    route: undefined,
    workforce: `${origin}/v1/protected-minutes`,
  };
  return addresses[kind];
}
