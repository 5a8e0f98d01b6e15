import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../../../../test/support/self-signed.js';
import { openSocket } from './open-socket.js';
import type { TlsChoice } from './tls-choice.js';

const NEVER: TlsChoice = { mode: 'off', isVerified: false };
const WHEN_OFFERED: TlsChoice = { mode: 'whenOffered', isVerified: false };
const ALWAYS: TlsChoice = { mode: 'always', isVerified: false };
const VERIFIED: TlsChoice = { mode: 'always', isVerified: true };

/** The first lines of a talk with PostgreSQL, by a server that answers as it is told. */
describe('a socket to the database', () => {
  let key: string;
  let cert: string;
  let server: Server | undefined;

  beforeAll(async () => {
    ({ key, cert } = await selfSigned());
  });

  afterEach(() => server?.close());

  async function answering(
    answer: string,
    tls: TlsChoice,
    greet: (socket: Socket) => void = greetPlain,
  ): Promise<Socket> {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (tls.mode === 'off') return greet(socket);
      socket.once('data', () => socket.write(answer, () => greet(socket)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return openSocket({ host: ['localhost'], port: [port] }, tls);
  }

  const greetPlain = (socket: Socket) => void socket.write('hello');
  const greetEncrypted = (socket: Socket) => {
    const encrypted = new TLSSocket(socket, { isServer: true, key, cert });
    encrypted.on('error', () => undefined).write('hello');
  };
  const greetingOf = async (socket: Socket) => {
    const [greeting] = await once(socket, 'data');
    const isEncrypted = socket instanceof TLSSocket;
    socket.destroy();
    return [String(greeting), isEncrypted];
  };

  test('is plain when nobody asks for encryption', async () => {
    expect(await greetingOf(await answering('', NEVER))).toEqual(['hello', false]);
  });

  test('is plain when encryption is wished for and not offered', async () => {
    const socket = await answering('N', WHEN_OFFERED, () => undefined);
    expect(socket).not.toBeInstanceOf(TLSSocket);
    socket.destroy();
  });

  test.each([WHEN_OFFERED, ALWAYS])('is encrypted when that is offered: %j', async (choice) => {
    const socket = await answering('S', choice, greetEncrypted);
    expect(await greetingOf(socket)).toEqual(['hello', true]);
  });

  test('does not come about when encryption is needed and not offered', async () => {
    await expect(answering('N', ALWAYS)).rejects.toThrow(/does not offer encryption/);
  });

  test('does not come about when something follows the yes in plain text', async () => {
    await expect(answering('Sfrom somebody else', ALWAYS)).rejects.toThrow();
  });

  test('does not come about with a certificate that nobody trusts', async () => {
    await expect(answering('S', VERIFIED, greetEncrypted)).rejects.toThrow(/self-signed/);
  });

  test('is verified with the authority that it was given', async () => {
    const choice = { ...VERIFIED, authorities: cert };
    const socket = await answering('S', choice, greetEncrypted);
    expect(await greetingOf(socket)).toEqual(['hello', true]);
  });

  test('does not come about when nobody listens', async () => {
    await expect(openSocket({ host: ['127.0.0.1'], port: [1] }, NEVER)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
