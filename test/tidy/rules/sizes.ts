import { type Exceptions, staleExceptions } from '../exceptions.js';
import { isTest } from '../layers.js';
import type { SourceFile } from '../source-file.js';

const FILE_LINES_MAX = 400;
const COMPONENT_LINES_MAX = 200;
const FUNCTION_LINES_MAX = 70;
const PARAMETERS_MAX = 4;

export function fileSizeViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1;
    const max = path.endsWith('.svelte') ? COMPONENT_LINES_MAX : FILE_LINES_MAX;
    return lines > max ? [`${path} has ${lines} lines, more than ${max}`] : [];
  });
}

/** The body of a `describe` is a function as well, so tests are not counted. */
export function functionSizeViolations(
  files: readonly SourceFile[],
  exceptions: Exceptions = {},
): string[] {
  const found = new Map<string, string[]>();
  for (const { path, functions } of files.filter((file) => !isTest(file.path))) {
    for (const { name, lines, parameters } of functions) {
      const problems = [
        ...(lines > FUNCTION_LINES_MAX ? [`${lines} lines, more than ${FUNCTION_LINES_MAX}`] : []),
        ...(parameters > PARAMETERS_MAX
          ? [`${parameters} parameters, more than ${PARAMETERS_MAX}`]
          : []),
      ];
      if (problems.length > 0) found.set(`${path} ${name}`, problems);
    }
  }
  return [
    ...[...found]
      .filter(([place]) => !(place in exceptions))
      .flatMap(([place, problems]) => problems.map((problem) => `${place} has ${problem}`)),
    ...staleExceptions(exceptions, found),
  ];
}
