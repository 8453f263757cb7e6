import tseslint from 'typescript-eslint';

/** Time, timers, randomness and ids come from Environment, so that a whole cluster can run in virtual time. */
const globalTwins = [
  ['Date', 'now'], ['Math', 'random'], ['performance', 'now'], ['crypto', 'randomUUID'],
].map(([object, property]) => ({ object, property, message: 'Use Environment (lib/base/environment.ts).' }));

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'docs/api/', 'node_modules/', 'lib/**/*.generated.ts', 'test/api-cases/', '**/*.cjs', 'eslint.config.js', 'scripts/', 'examples/guestbook/'] },
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/base/**'],
    rules: {
      'no-restricted-properties': ['error', ...globalTwins],
      'no-restricted-globals': ['error', ...['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({ name, message: 'Use Environment (lib/base/environment.ts).' }))],
      'no-restricted-syntax': ['error', { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use Environment (lib/base/environment.ts).' }],
      'no-restricted-imports': ['error', { paths: [
        { name: 'node:timers', message: 'Use Environment.' }, { name: 'node:timers/promises', message: 'Use Environment.' }, { name: 'timers/promises', message: 'Use Environment.' },
        { name: 'node:crypto', importNames: ['randomUUID', 'randomBytes', 'randomInt'], message: 'Use Environment.' },
      ] }],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'lib/testing/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
);
