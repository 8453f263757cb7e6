import type { Holder, Read } from './default-rule.js';

type Condition = (stack: readonly Holder[]) => boolean;

/** The conditions of the table that are written in words. */
const CONDITIONS: Readonly<Record<string, (readerOf: (path: string) => Read) => Condition>> = {
  'tag(image) in ["","latest"] and no digest': (readerOf) => latest(readerOf('image')),
  'tag(reference) in ["","latest"] and no digest': (readerOf) => latest(readerOf('reference')),
  'no source': () => (stack) => {
    const volume = stack[stack.length - 1]!;
    return !Object.keys(volume).some((key) => key !== 'name' && volume[key] !== undefined);
  },
  'no metrics annotation': () => (stack) => {
    const metadata = stack[0]?.['metadata'] as { annotations?: Record<string, string> } | undefined;
    return metadata?.annotations?.['autoscaling.alpha.kubernetes.io/metrics'] === undefined;
  },
};

/** A condition of the table that is written in words. */
export function namedCondition(words: string, readerOf: (path: string) => Read): Condition {
  const make = CONDITIONS[words];
  if (!make) throw new Error(`unknown condition in the table of API facts: ${words}`);
  return make(readerOf);
}

function latest(read: Read): Condition {
  return (stack) => {
    const image = read(stack);
    return typeof image === 'string' && image !== '' && !image.includes('@') && ['', 'latest'].includes(tagOf(image));
  };
}

/** The tag of an image without digest; a colon before the last slash belongs to a registry's port. */
export function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon < 0 ? '' : name.slice(colon + 1);
}
