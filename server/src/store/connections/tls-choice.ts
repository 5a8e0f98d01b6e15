import { readFileSync } from 'node:fs';
import { AppError } from '../../domain/errors.js';

/** How a connection is encrypted, as `sslmode` and `sslrootcert` in the address say. */
export interface TlsChoice {
  readonly mode: 'off' | 'whenOffered' | 'always';
  /** Whether the certificate must be of that host, and signed by somebody trusted. */
  readonly isVerified: boolean;
  /** Trusted beside nobody else; absent: whoever the system trusts. */
  readonly authorities?: string;
}

const MODES: Readonly<Record<string, TlsChoice>> = {
  disable: { mode: 'off', isVerified: false },
  allow: { mode: 'whenOffered', isVerified: false },
  prefer: { mode: 'whenOffered', isVerified: false },
  require: { mode: 'always', isVerified: false },
  'verify-ca': { mode: 'always', isVerified: true },
  'verify-full': { mode: 'always', isVerified: true },
};

/** The address without what it says about encryption, and that. */
export function readTls(address: string): { readonly address: string; readonly tls: TlsChoice } {
  const url = new URL(address);
  const isAsked = url.searchParams.get('ssl') === 'true';
  const mode = url.searchParams.get('sslmode') ?? (isAsked ? 'require' : 'disable');
  const file = url.searchParams.get('sslrootcert');
  for (const name of ['ssl', 'sslmode', 'sslrootcert']) url.searchParams.delete(name);
  const choice = MODES[mode];
  if (!choice) {
    throw new AppError(
      'CONFLICT',
      `DATABASE_URL: sslmode must be one of ${Object.keys(MODES).join(', ')}, got "${mode}"`,
    );
  }
  if (file === null || file === 'system') return { address: url.href, tls: choice };
  return {
    address: url.href,
    tls: { mode: 'always', isVerified: true, authorities: readFileSync(file, 'utf8') },
  };
}
