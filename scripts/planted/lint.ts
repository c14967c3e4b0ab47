import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../run-command.js';
import { type Plant, type Plot, SETTINGS } from './plant.js';

/** A rule is set as `"error"` or as `["error", options]`. */
type Setting = string | readonly [string, ...unknown[]];

const { rules, overrides } = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')) as {
  readonly rules: Readonly<Record<string, Setting>>;
  readonly overrides: readonly { readonly rules: Readonly<Record<string, Setting>> }[];
};

const asked = [rules, ...overrides.map((override) => override.rules)]
  .flatMap((settings) => Object.entries(settings))
  .filter(([, setting]) => setting !== 'off')
  .map(([rule]) => nameOf(rule));

/** `typescript/x` of the settings is `typescript(x)` in the output; rules without a plugin are eslint's. */
function nameOf(rule: string): string {
  const [plugin = '', name] = rule.split('/');
  return name === undefined ? `eslint(${plugin})` : `${plugin}(${name})`;
}

function plant(rule: string, text: string, file = `${rule.replaceAll(/[^a-z]+/g, '-')}.ts`): Plant {
  const folder = file.includes('/') ? '' : 'libs/planted/src/';
  const name = nameOf(rule);
  return { rule: name, files: { [`${folder}${file}`]: text }, names: [`${folder}${file}`, name] };
}

function lines(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('\n');
}

const plants: readonly Plant[] = [
  plant('typescript/no-floating-promises', 'Promise.resolve(1);\n'),
  plant('typescript/no-misused-promises', "if (Promise.resolve(true)) process.stdout.write('');\n"),
  plant(
    'typescript/switch-exhaustiveness-check',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
  ),
  plant('typescript/no-explicit-any', 'export const x: any = 1;\n'),
  plant('typescript/no-non-null-assertion', 'export const f = (x?: string): string => x!;\n'),
  plant('typescript/only-throw-error', "export function f(): never {\n  throw 'text';\n}\n"),
  plant(
    'typescript/require-await',
    'export async function f(): Promise<number> {\n  return 1;\n}\n',
  ),
  plant('typescript/explicit-module-boundary-types', 'export function f() {\n  return 1;\n}\n'),
  plant(
    'typescript/no-unsafe-type-assertion',
    'export const f = (x: unknown): string => x as string;\n',
  ),
  {
    ...plant(
      'import/no-cycle',
      "import { b } from './cycle-b.js';\nexport const a = (): number => b();\n",
      'cycle-a.ts',
    ),
    files: {
      'libs/planted/src/cycle-a.ts':
        "import { b } from './cycle-b.js';\nexport const a = (): number => b();\n",
      'libs/planted/src/cycle-b.ts':
        "import { a } from './cycle-a.js';\nexport const b = (): number => a();\n",
    },
  },
  plant('import/no-default-export', 'export default 1;\n'),
  plant('import/no-unassigned-import', "import 'pino';\n"),
  plant('eqeqeq', 'export const f = (x: unknown): boolean => x == 1;\n'),
  plant('no-console', "console.log('x');\n"),
  plant(
    'no-else-return',
    'export function f(x: boolean): number {\n  if (x) {\n    return 1;\n  } else {\n    return 2;\n  }\n}\n',
  ),
  plant('no-empty', "try {\n  process.stdout.write('');\n} catch (error) {\n}\n"),
  plant(
    'no-nested-ternary',
    'export const f = (x: number): number => (x > 1 ? 1 : x > 0 ? 2 : 3);\n',
  ),
  plant('no-param-reassign', 'export function f(x: number): number {\n  x = 2;\n  return x;\n}\n'),
  plant('max-params', 'export const f = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;\n'),
  plant('max-lines', `${lines(401, (index) => `export const x${index} = ${index};`)}\n`),
  plant(
    'max-lines-per-function',
    `export function f(x: number): number {\n  let y = x;\n${lines(70, () => '  y += 1;')}\n  return y;\n}\n`,
  ),
  plant(
    'vitest/expect-expect',
    "import { it } from 'vitest';\n\nit('claims nothing', () => undefined);\n",
    'libs/planted/src/claims.spec.ts',
  ),
  plant(
    'vitest/valid-expect',
    "import { expect, it } from 'vitest';\n\nit('x', () => {\n  expect(1);\n});\n",
    'libs/planted/src/expects.spec.ts',
  ),
];

export const lint: Plot = {
  command: 'lint',
  argv: ['npm', 'run', '--silent', 'lint', '--', '--format=unix'],
  copies: SETTINGS,
  plants,
  rules: [...new Set(asked)],
};
