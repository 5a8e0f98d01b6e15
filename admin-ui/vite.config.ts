import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Asset addresses are relative to <base>, which the server sets: one build mounts anywhere.
  base: './',
  plugins: [svelte()],
  resolve: {
    alias: [
      { find: /^@sluice\/sdk\/(core|protocol)$/, replacement: source('../sdk/src/$1/index.ts') },
      { find: /^@sluice\/server\/(.+)$/, replacement: source('../server/src/$1.ts') },
    ],
  },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0 },
  server: { proxy: { '/api': 'http://127.0.0.1:4000' } },
});
