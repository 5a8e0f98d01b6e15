import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './server/dist/store/schema/index.js',
  out: './drizzle',
  casing: 'snake_case',
});
