import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/**
 * The walls between the groups and their rooms: data flows vm → run → feed → server, and a room never asks for one that lies downstream
 * of it. Each entry: what the room on the left may import from. `common` is open to all of src/main.
 */
const mayImport = {
  'engine/common': ['engine/files'],
  'engine/files': [],
  'engine/config': [],
  'engine/run': [],
  'engine/vm': ['engine/config'],
  'engine/azure': ['engine/config'],
  'engine/feed': ['engine/run'],
  'engine/archive': ['engine/run', 'engine/feed'],
  'engine/watch': [
    'engine/config',
    'engine/azure',
    'engine/vm',
    'engine/run',
    'engine/feed',
    'engine/archive',
  ],
  'engine/hooks': ['engine/config', 'engine/feed'],
  'engine/report': ['engine/run', 'engine/feed', 'engine/archive'],
  'engine/server': ['engine/feed', 'engine/run', 'engine/archive', 'engine/report'],
  'engine/doctor': [
    'engine/config',
    'engine/vm',
    'engine/run',
    'engine/watch',
    'engine/server',
    'engine/azure',
  ],
  'engine/client': [],
  'engine/demo': ['engine/config', 'engine/vm'],
  'engine/setup': ['engine/config', 'engine/vm', 'engine/azure'],
  'desktop/notify': ['engine/config'],
  'desktop/tray': ['desktop/notify'],
};
const openToAll = ['engine/common', 'engine/files'];
const walls = [
  {
    target: './src/shared',
    from: './src',
    except: ['./shared'],
    message: 'src/shared imports nothing of ours.',
  },
  { target: './src/renderer', from: './src/main', message: 'The page is a client of the stream.' },
  {
    target: './src/preload',
    from: './src/main',
    message: 'The bridge knows only the contract in src/shared.',
  },
  { target: './src/main', from: './src/renderer' },
  {
    target: './src/main/engine',
    from: ['./src/main/desktop', './src/main/cli'],
    message: 'engine/ knows neither window nor terminal.',
  },
  { target: './src/main/desktop', from: './src/main/cli' },
  { target: './src/main/cli', from: './src/main/desktop' },
  ...Object.entries(mayImport).map(([room, allowed]) => ({
    target: `./src/main/${room}`,
    from: Object.keys(mayImport)
      .filter((other) => other !== room && !allowed.includes(other) && !openToAll.includes(other))
      .map((other) => `./src/main/${other}`),
    message: `${room}/ may import from ${allowed.length > 0 ? allowed.join(', ') : 'no other room'} only (docs/architecture.md).`,
  })),
];

const noElectron = {
  name: 'electron',
  message: 'Only src/main/desktop/shell, src/main/desktop/index.ts and src/preload touch Electron.',
};

export default ts.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'test-results/', 'playwright-report/'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  importX.flatConfigs.recommended,
  importX.flatConfigs.typescript,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'bin/*.js'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: ['src/main/tsconfig.json'] })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: walls }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      // TypeScript itself knows these better.
      'import-x/default': 'off',
      'import-x/no-unresolved': 'off',
      'import-x/no-named-as-default': 'off',
      'import-x/no-named-as-default-member': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      'no-restricted-imports': ['error', { paths: [noElectron] }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Every promise has an owner (src/main/engine/common/in-background.ts): one that is thrown away ends the process when it rejects.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'ExpressionStatement > CallExpression[callee.name=/^(decodeURI|decodeURIComponent|encodeURI|encodeURIComponent|String)$/]',
          message: 'The bundler takes this call for pure and drops it, with what it throws. Use its value.',
        },
      ],
    },
  },
  {
    files: ['src/main/engine/run/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [noElectron],
          patterns: [{ group: ['node:*'], message: 'run/ is pure: no files, no clock, no network.' }],
        },
      ],
    },
  },
  {
    files: ['src/renderer/**'],
    languageOptions: { globals: globals.browser },
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [noElectron], patterns: [{ group: ['node:*'], message: 'The page runs in a browser.' }] },
      ],
      'svelte/no-at-html-tags': 'error',
    },
  },
  {
    files: ['src/main/desktop/shell/**', 'src/main/desktop/index.ts', 'src/preload/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // A promise that rejects fails the test run by itself.
    files: ['test/**'],
    rules: { '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }] },
  },
  {
    // The benchmarks in test/bench measure over fixed times.
    files: ['test/**'],
    ignores: ['test/bench/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name="only"]',
          message: 'All other tests would be left out.',
        },
        {
          selector: 'CallExpression[callee.property.name="waitForTimeout"]',
          message: 'Wait for what the test means.',
        },
        {
          selector:
            'AwaitExpression > CallExpression[callee.name=/^(pause|delay|sleep|setTimeout)$/] > Literal[value>=100]',
          message: 'No fixed sleeps: use "until" of test/support/wait.ts.',
        },
        {
          selector:
            'NewExpression[callee.name="Promise"] CallExpression[callee.name="setTimeout"] > Literal[value>=100]',
          message: 'No fixed sleeps: use "until" of test/support/wait.ts.',
        },
        {
          selector:
            'CallExpression[callee.name="until"] > :function BinaryExpression[operator="==="][left.property.name="length"]:not([right.value=0])',
          message: 'The list may grow past this length before the test looks: use ">=".',
        },
        {
          selector:
            'CallExpression[callee.name="until"] > :function BinaryExpression[operator="==="][left.callee.property.name="logins"]:not([right.value=0])',
          message: 'The number may grow past this one before the test looks: use ">=".',
        },
      ],
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  { files: ['*.config.ts', 'eslint.config.js'], rules: { 'import-x/no-default-export': 'off' } },
  {
    files: ['bin/**', 'eslint.config.js'],
    languageOptions: { globals: globals.node },
    extends: [ts.configs.disableTypeChecked],
  },
);
