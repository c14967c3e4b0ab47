/** A test that says which properties it proves. */
export interface Tag {
  readonly path: string;
  readonly line: number;
  readonly ids: readonly string[];
  /** Of the function or contract in Solidity; the title in TypeScript. */
  readonly name: string;
}

export interface Tags {
  readonly tags: readonly Tag[];
  readonly problems: readonly string[];
}

interface Language {
  readonly tag: RegExp;
  /** Starts at the first line after the comment and finds the name. */
  readonly declaration: RegExp;
}

const COMMENT = /^\s*(?:\/\/|\/\*|\*)/;
const COMMENT_MARKS = /^\s*(?:\/\/\/?|\/\*\*?|\*)\s?|\s*\*\/\s*$/g;
const ID = /^[A-Z]+-?\d+$/;
const MORE_IDS = /^\s*[A-Z]+-?\d+(?:,\s*[A-Z]+-?\d+)*,?\s*$/;

const SOLIDITY: Language = {
  tag: /^\s*(?:\/\/\/|\/\*\*|\*)\s*@custom:property\b(.*)$/,
  declaration: /^\s*(?:function|modifier|(?:abstract\s+)?contract|library)\s+(?<name>\w+)/,
};
/** The title is the first argument; the one of `it.each` follows its closing parenthesis. */
const TYPESCRIPT: Language = {
  tag: /^\s*(?:\/\/|\/\*\*|\*)\s*@property\b(.*)$/,
  declaration:
    /^\s*(?:it|describe)(?:\.each\([\s\S]*?\n?\s*[\])]\))?\(\s*(?<quote>['"`])(?<name>.*?)\k<quote>/,
};

/** Tags in the NatSpec of Solidity: `@custom:property F-01, H-02`. */
export function solidityTags(path: string, text: string): Tags {
  return tagsOf(path, text, SOLIDITY);
}

/** Tags in a comment right above `it` or `describe`: `@property I9`. */
export function typescriptTags(path: string, text: string): Tags {
  return tagsOf(path, text, TYPESCRIPT);
}

function tagsOf(path: string, text: string, language: Language): Tags {
  const lines = text.split('\n');
  const tags: Tag[] = [];
  const problems: string[] = [];
  for (const [index, line] of lines.entries()) {
    const rest = language.tag.exec(line)?.[1];
    if (rest === undefined) continue;
    const place = `${path}:${index + 1}`;
    const ids = idsOf(rest, lines.slice(index + 1));
    const malformed = ids.filter((id) => !ID.test(id));
    const name = nameBelow(lines.slice(index + 1), language);
    if (malformed.length > 0)
      problems.push(`${place}: "${malformed.join(', ')}" is no list of ids`);
    else if (name === undefined) problems.push(`${place}: the tag stands above no test`);
    else tags.push({ path, line: index + 1, ids, name });
  }
  return { tags, problems };
}

/** A long list goes on in the next lines of the comment. */
function idsOf(rest: string, linesBelow: readonly string[]): string[] {
  let list = rest.replaceAll(COMMENT_MARKS, '');
  for (const line of linesBelow) {
    const more = line.replaceAll(COMMENT_MARKS, '');
    if (!COMMENT.test(line) || !MORE_IDS.test(more)) break;
    list += `${list.trimEnd().endsWith(',') ? '' : ','}${more}`;
  }
  return list
    .split(',')
    .map((id) => id.trim())
    .filter((id, index, all) => id !== '' || all.length === 1 || index < all.length - 1);
}

function nameBelow(lines: readonly string[], { declaration }: Language): string | undefined {
  const start = lines.findIndex((line) => !COMMENT.test(line));
  if (start < 0) return undefined;
  return declaration.exec(lines.slice(start).join('\n'))?.groups?.['name'];
}
