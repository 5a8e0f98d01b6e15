import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsChoice } from './tls-choice.js';

/** What the driver has read from the address. */
export interface SocketTarget {
  readonly path?: string | false;
  readonly host: readonly string[];
  readonly port: readonly number[];
}

const CONNECT_TIMEOUT_MS = 2_000;

/** Asks for encryption; the answer is one letter. */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const YES = 'S';

/** A socket that is ready for the protocol; rejects with an error of the system when there is none. */
export function openSocket(target: SocketTarget, tls: TlsChoice): Promise<Socket> {
  const { path } = target;
  const host = target.host[0] ?? 'localhost';
  const raw = path
    ? createConnection({ path })
    : createConnection({ host, port: target.port[0] ?? 5432 });
  return new Promise((resolve, reject) => {
    const fail = (code: string, message: string) =>
      raw.destroy(Object.assign(new Error(message), { code }));
    const timer = setTimeout(
      () => fail('CONNECT_TIMEOUT', `no connection within ${CONNECT_TIMEOUT_MS} ms`),
      CONNECT_TIMEOUT_MS,
    );
    const finish = (socket: Socket) => {
      clearTimeout(timer);
      resolve(socket);
    };
    raw.on('error', reject);
    raw.once('close', () => {
      clearTimeout(timer);
      reject(Object.assign(new Error('the connection was closed'), { code: 'CONNECTION_CLOSED' }));
    });
    raw.once('connect', () => {
      if (tls.mode === 'off' || path) return finish(raw);
      raw.write(TLS_REQUEST);
      raw.once('data', (answer) => {
        if (answer.toString('latin1') === YES)
          return encrypt(raw, host, tls, { onDone: finish, onError: reject });
        if (answer.length === 1 && tls.mode === 'whenOffered') return finish(raw);
        fail(
          'CONNECTION_CLOSED',
          'the database does not offer encryption, and sslmode asks for it',
        );
      });
    });
  });
}

interface Encrypted {
  readonly onDone: (socket: Socket) => void;
  readonly onError: (error: Error) => void;
}

/** Whatever comes unencrypted after the yes counts as a no: somebody else may have said it. */
function encrypt(
  raw: Socket,
  host: string,
  { isVerified, authorities }: TlsChoice,
  { onDone, onError }: Encrypted,
): void {
  const socket = connectTls({
    socket: raw,
    rejectUnauthorized: isVerified,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(authorities === undefined ? {} : { ca: authorities }),
  });
  socket.once('error', onError);
  socket.once('secureConnect', () => {
    socket.off('error', onError);
    onDone(socket);
  });
}
