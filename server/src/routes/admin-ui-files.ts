import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface AdminUiFile {
  readonly bytes: Buffer<ArrayBuffer>;
  /** Null for binary files and for files below 1 KiB, where compression saves nothing. */
  readonly gzipped: Buffer<ArrayBuffer> | null;
  readonly type: string;
  readonly etag: string;
  /** Whether the name contains a hash of the content, so that browsers may cache it for a year. */
  readonly isImmutable: boolean;
}

/** The built UI, read into memory at the start. No request reads any other file from disk. */
export interface AdminUi {
  readonly index: AdminUiFile | null;
  /** The files by path below the base path, such as `assets/app-3f9c1b2a.js`. */
  readonly files: ReadonlyMap<string, AdminUiFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const GZIP_BYTES_MIN = 1024;

export function loadAdminUi(directory: string, basePath: string): AdminUi {
  const files = new Map<string, AdminUiFile>();
  for (const path of listFiles(directory)) {
    const name = relative(directory, path).split(sep).join('/');
    const bytes = readFileSync(path);
    files.set(name, toFile(name, name === 'index.html' ? withBase(bytes, basePath) : bytes));
  }
  return { index: files.get('index.html') ?? null, files };
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function toFile(name: string, bytes: Buffer<ArrayBuffer>): AdminUiFile {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  const isText = /^text\/|json|svg/.test(type);
  return {
    bytes,
    gzipped: isText && bytes.length >= GZIP_BYTES_MIN ? gzipSync(bytes) : null,
    type,
    etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
    isImmutable: /^assets\/.+-[\w-]{8}\.\w+$/.test(name),
  };
}

/** Sets `<base>`, so that relative URLs of the page work at any depth of the path. */
function withBase(html: Buffer, basePath: string): Buffer<ArrayBuffer> {
  const base = `<base href="${basePath}/">`;
  const text = html.toString('utf8').replace(/<base\s[^>]*>/i, '');
  return Buffer.from(text.replace(/<head[^>]*>/i, (head) => `${head}\n    ${base}`));
}
