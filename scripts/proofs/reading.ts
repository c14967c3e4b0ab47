import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, ownImports } from '../contracts/imports.js';
import { ROOT } from '../run-command.js';

export type Texts = Readonly<Record<string, string>>;

/** Stand in for sources of packages with assembly, which the checker cannot read. */
const MODELS = 'contracts/test/proofs/models';
const UNFOLDS = /@custom:unfolds (\w+) as (\w+)/;

/**
 * What the checker reads in place of the sources, when it is asked about a harness: models of
 * packages, and unfolded what the harness wants unfolded.
 */
export function readings(harness: string, changed: Texts): Texts {
  const read = (path: string): string => changed[path] ?? readFileSync(join(ROOT, path), 'utf8');
  const models = filesBelow(ROOT, MODELS, '.sol').map((path): [string, string] => [
    path.replace(MODELS, 'node_modules'),
    read(path),
  ]);
  const text = read(harness);
  const [, library, variable] = UNFOLDS.exec(text) ?? [];
  const texts = { ...changed, ...Object.fromEntries(models) };
  if (library === undefined || variable === undefined) return texts;
  const path = ownImports(harness, text).find((target) => target.endsWith(`/${library}.sol`));
  if (path === undefined) throw new Error(`${harness} does not import ${library}`);
  return {
    ...texts,
    [path]: unfoldedLibrary(read(path), library, variable),
    [harness]: unfoldedHarness(text, library, variable),
  };
}

/**
 * The library as a contract whose state is what its functions are called with: the checker keeps
 * no track of what is written through a pointer into storage. Every line stays where it is.
 *
 * @throws when something of the pointer is left.
 */
export function unfoldedLibrary(text: string, library: string, variable: string): string {
  const type = /\((\w+) storage self\b/.exec(text)?.[1];
  if (type === undefined) throw new Error(`${library} has no function with a storage pointer self`);
  const unfolded = text
    .replace(`library ${library} {`, `abstract contract ${library} { ${type} internal ${variable};`)
    .replace(new RegExp(`${type} storage self(?:, )?`, 'g'), '')
    .replace(/\bself\./g, `${variable}.`)
    .replace(/(\w+\()self(?:, )?/g, '$1');
  if (/\bself\b/.test(unfolded) || !unfolded.includes(`abstract contract ${library} {`)) {
    throw new Error(`${library} cannot be unfolded`);
  }
  return unfolded;
}

/**
 * The harness as a contract that has the state of the library instead of the variable.
 *
 * @throws when the variable is not declared or the library is called with anything else.
 */
export function unfoldedHarness(text: string, library: string, variable: string): string {
  const declared = new RegExp(`${library}\\.\\w+ private ${variable};`);
  if (!declared.test(text)) throw new Error(`no ${library} private ${variable}`);
  const unfolded = text
    .replace(/^contract (\w+) \{/m, `contract $1 is ${library} {`)
    .replace(declared, '')
    .replace(new RegExp(`\\b${library}\\.(\\w+\\()${variable}(?:, )?`, 'g'), '$1');
  if (new RegExp(`\\b${library}\\.\\w+\\(`).test(unfolded)) {
    throw new Error(`${library} is called with something else`);
  }
  return unfolded;
}
