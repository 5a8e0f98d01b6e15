import tseslint from 'typescript-eslint';

/** Only what needs types: a promise that nobody waits for is a lost error. Biome does the rest. */
export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/*.mjs',
      'admin-ui/**/*.svelte',
      'test/bench/rivals/**',
    ],
  },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        project: [
          './sdk/tsconfig.json',
          './server/tsconfig.json',
          './tsconfig.test.json',
          './admin-ui/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
    },
  },
);
