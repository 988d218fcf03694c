import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

// What a reader should never meet. Form (quotes, spaces) is left to the eye; types are left to tsc.

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name: a thing has one name everywhere.'
}
const noEnumeration = { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' }
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'src/config.ts alone reads the environment: take what you need as a parameter.'
}

const nodeGlobals = [
  'AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams',
  'WebAssembly', 'clearInterval', 'clearTimeout', 'console', 'crypto', 'fetch', 'performance', 'process',
  'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone'
]

export default defineConfig(
  {
    ignores: [
      'dist', 'dist.new', 'dist.old', 'src/generated', '**/node_modules', '.tap', 'coverage', 'data',
      '**/*.d.mts'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error', { considerDefaultExhaustiveForUnions: true }
      ],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error', { allowNumber: true, allowBoolean: true }
      ],
      // Objects here come from factories and never use `this`: their methods may be taken apart.
      '@typescript-eslint/unbound-method': 'off',
      // A factory that answers an interface of promises may have nothing to await in one of them.
      '@typescript-eslint/require-await': 'off',
      // A declared one only tells of what others have: some of them leave no other way to add to their types.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }]
    }
  },
  {
    files: ['**/*.{ts,tsx,mjs,js}'],
    rules: {
      'eqeqeq': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-eval': 'error',
      'max-lines': ['error', { max: 250 }],
      'max-params': ['error', { max: 3 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', noDefaultExport, noEnumeration]
    }
  },
  {
    // tsc sees to these in TypeScript.
    files: ['**/*.{mjs,js}'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map(name => [name, 'readonly'])) },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error' }
  },
  {
    files: ['examples/single-page-app/{app,sign-in}.js'],
    languageOptions: { globals: { document: 'readonly', history: 'readonly', location: 'readonly', sessionStorage: 'readonly' } }
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noEnumeration, noEnvironment]
    }
  },
  { files: ['src/config.ts'], rules: { 'no-restricted-syntax': ['error', noDefaultExport, noEnumeration] } },
  // They talk to a person at a terminal.
  { files: ['src/main.ts', 'src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts', '**/*.test.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      // Subtests are awaited by tap itself.
      '@typescript-eslint/no-floating-promises': ['error', {
        allowForKnownSafePromises: [{ from: 'package', name: 'PromiseWithSubtest', package: '@tapjs/core' }]
      }]
    }
  },
  { files: ['*.config.{js,ts}'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['prisma.config.ts'], extends: [tseslint.configs.disableTypeChecked] }
)
