/** One violation: the files that commit it and what the rule's command must say about it. */
export interface Plant {
  /** The rule as its tool names it, or the sentence of the tidy spec. */
  readonly rule: string;
  /** Files to write, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Changes of files that exist, by path. */
  readonly edits?: Readonly<Record<string, (text: string) => string>>;
  /** Must all appear in one line of the output, beside the rule where the tool prints both. */
  readonly names: readonly string[];
}

/** All plants that one command must catch, each in a file of its own. */
export interface Plot {
  readonly command: string;
  readonly argv: readonly string[];
  /** Paths of the repository to copy before planting. */
  readonly copies: readonly string[];
  /** Folders to share with the repository instead of copying. */
  readonly links?: readonly string[];
  readonly plants: readonly Plant[];
  /** Every rule the command knows: each needs a plant. */
  readonly rules?: readonly string[];
  /** Whether the exit code and each rule's name suffice, without a line that has both. */
  readonly isNamedApart?: boolean;
}

/** Assembles a word that this file must not contain itself. */
export function word(...parts: readonly string[]): string {
  return parts.join('');
}

export const SETTINGS: readonly string[] = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vitest.config.ts',
  '.prettierrc.json',
  '.prettierignore',
  '.oxlintrc.json',
  '.dependency-cruiser.cjs',
  '.gitignore',
  'knip.json',
];
