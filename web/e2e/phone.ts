/** A phone platform that streams both sides of a call as Twilio Media Streams does: µ-law at 8 kHz, as fast as it is spoken. */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

const PACKET_MS = 20;
const SAMPLES = 160;
/** A tone of 200 Hz in µ-law, in base64. */
const WAVE = [...Array<number>(20).fill(0x90), ...Array<number>(20).fill(0x10)];
const TONE = Buffer.alloc(SAMPLES, Buffer.from(WAVE)).toString('base64');

/** A text message of a WebSocket's client (RFC 6455, section 5.2). The mask is zero, which leaves the text as it is. */
function frame(text: string): Buffer {
  const bytes = Buffer.from(text);
  const short = bytes.length < 126;
  const head = Buffer.alloc(short ? 2 : 4);
  head[0] = 0x81;
  head[1] = 0x80 | (short ? bytes.length : 126);
  if (!short) head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, Buffer.alloc(4), bytes]);
}

/** Streams a call until the returned function hangs up. `token` is the account's, with which Twilio signs. */
export async function streamCall(server: { url: string }, token: string, call: string): Promise<() => void> {
  const address = `${server.url}/v1/twilio/ws`;
  const request = get(address, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'x-twilio-signature': createHmac('sha1', token).update(address.replace('http', 'ws')).digest('base64'),
    },
  });
  request.on('response', ({ statusCode }) =>
    request.destroy(new Error(`the call is refused: ${statusCode}`)),
  );
  const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket];
  const send = (message: object) => socket.write(frame(JSON.stringify(message)));

  const streamSid = `MZ${call}`;
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  const start = {
    streamSid,
    callSid: call,
    tracks: ['inbound', 'outbound'],
    mediaFormat,
    customParameters: {},
  };
  send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  send({ event: 'start', streamSid, start });

  const began = Date.now();
  let chunk = 0;
  const timer = setInterval(() => {
    // What a busy machine kept from being sent in time goes out now.
    while (chunk * PACKET_MS < Date.now() - began) {
      const timestamp = String(chunk * PACKET_MS);
      chunk += 1;
      for (const track of start.tracks) {
        send({ event: 'media', streamSid, media: { track, chunk: String(chunk), timestamp, payload: TONE } });
      }
    }
  }, PACKET_MS);
  return () => {
    clearInterval(timer);
    send({ event: 'stop', streamSid });
    socket.end();
  };
}
