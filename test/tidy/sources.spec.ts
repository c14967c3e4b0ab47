import { describe, expect, it } from 'vitest';
import { anyWord, linesMatching, solidity, typescript } from './repository.js';

const LINES_MAX = 400;
const TEST_LINES_MAX = 600;
const ROLES =
  'module|service|controller|job|row|filter|guard|pipe|dto|projector|config|spec|int-spec|chaos-spec|e2e-spec|d';
const NAME = new RegExp(`^[a-z0-9]+(-[a-z0-9]+)*(\\.(${ROLES}))*\\.ts$`);
const SOLIDITY_NAME = /^[A-Z][A-Za-z0-9]*(\.t|\.s)?\.sol$/;
const VAGUE = /(^|[-/])(utils?|common|helpers?|manager|impl|misc)([-./]|$)/;
/** Stands in for a file of a package, so its path is the package's. */
const MODELLED = /^contracts\/test\/proofs\/models\//;
const sources = [...typescript, ...solidity];
const production = typescript.filter(
  ({ path, isTest }) => /^(apps|libs)\//.test(path) && !isTest && !path.includes('/testing/'),
);

/**
 * A deployment that is expected to fail, and what follows it in its function. Linked tests deploy by
 * a cheat code, whose expected revert ends the function: what follows would never run.
 */
const REFUSED_DEPLOYMENT =
  /expectRevert\([^;]*\);\s*(?:\w[\w\s]*=\s*)?new [A-Z]\w*(?:\{[^}]*\})?\([^;]*\);\s*(?!\})\S/g;

describe('source files', () => {
  it('are short enough to read in one sitting', () => {
    expect(
      sources
        .filter(({ lineCount, isTest }) => lineCount > (isTest ? TEST_LINES_MAX : LINES_MAX))
        .map(({ path, lineCount }) => `${path}: ${lineCount} lines`),
    ).toEqual([]);
  });

  it('have kebab-case names with a known role suffix', () => {
    expect(typescript.filter(({ name }) => !NAME.test(name)).map(({ path }) => path)).toEqual([]);
    expect(
      solidity.filter(({ name }) => !SOLIDITY_NAME.test(name)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('have names that say what is inside', () => {
    const own = sources.map(({ path }) => path.replace(MODELLED, ''));
    expect(own.filter((path) => VAGUE.test(path) && !path.startsWith('@'))).toEqual([]);
  });

  it('tie every open task to an issue', () => {
    const marker = new RegExp(`${anyWord('TO|DO').source}(?!\\(#\\d+\\))`);
    expect(linesMatching(marker, sources)).toEqual([]);
    expect(linesMatching(anyWord('FIX|ME', 'HA|CK', 'X|XX'), sources)).toEqual([]);
    expect(linesMatching(/not (yet )?implemented/i, production)).toEqual([]);
  });

  it('end a contract test where a deployment is refused', () => {
    expect(
      solidity
        .filter(({ isTest, text }) => isTest && text.match(REFUSED_DEPLOYMENT) !== null)
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('leave the environment to the config library', () => {
    const readers = production.filter(({ path }) => !path.startsWith('libs/config/'));
    expect(linesMatching(/\bprocess\.env\b/, readers)).toEqual([]);
  });

  it('use unions of literals instead of enums', () => {
    expect(linesMatching(/^\s*(export )?(declare )?(const )?enum\s/, typescript)).toEqual([]);
  });

  it('never ask which chain they run on', () => {
    expect(linesMatching(/\b(chainId|eid|chainKey)\s*[!=]==?\s*['"\d]/, production)).toEqual([]);
  });

  it('reach other libraries by name and never by path', () => {
    expect(linesMatching(/from '(\.\.\/)+libs\//, typescript)).toEqual([]);
  });
});

describe('tests', () => {
  it('mock no modules, so that unit tests can share one worker', () => {
    expect(linesMatching(new RegExp(['vi', '\\.(do)?[mM]ock\\('].join('')), typescript)).toEqual(
      [],
    );
  });

  it('all run', () => {
    const left = ['(it|test|describe)(\\.[a-z]+)*', '\\.(only|skip|todo|skipIf|runIf|fails)\\b'];
    expect(linesMatching(new RegExp(left.join('')), typescript)).toEqual([]);
    expect(linesMatching(new RegExp(['vm', '\\.skip\\('].join('')), solidity)).toEqual([]);
  });

  it('claim something', () => {
    const empty = ['expect\\((true|1|false)\\)', '\\.to(Be|Equal|BeTruthy|BeFalsy)\\('].join('');
    expect(linesMatching(new RegExp(empty), typescript)).toEqual([]);
    expect(linesMatching(/(?<!\.not)\.toThrow(Error)?\(\)/, typescript)).toEqual([]);
  });
});
