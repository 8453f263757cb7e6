import { expect } from 'chai';
import { pinoLogger } from '../../lib/base/pino-logger.js';
import { VirtualEnvironment } from '../../lib/base/virtual-environment.js';

interface Line {
  readonly [field: string]: unknown;
  readonly error?: { readonly message: string; readonly stack: string };
}

const capture = () => {
  const lines: Line[] = [];
  return { lines, destination: { write: (line: string) => lines.push(JSON.parse(line) as Line) } };
};

describe('pinoLogger', () => {
  it('writes one line of JSON with message, fields and those of its parents', () => {
    const { lines, destination } = capture();
    const logger = pinoLogger({ destination, environment: new VirtualEnvironment({ start: 5 }) });
    logger.child({ component: 'scheduler' }).child({ pod: 'a' }).info('bound', { node: 'n' });
    expect(lines).to.deep.equal([{ level: 30, time: 5, component: 'scheduler', pod: 'a', node: 'n', msg: 'bound' }]);
  });

  it('prints the stack of an error and of its cause', () => {
    const { lines, destination } = capture();
    pinoLogger({ destination }).error('failed', { error: new Error('outer', { cause: new TypeError('inner') }) });
    expect(lines[0]?.error?.message).to.equal('outer: inner');
    expect(lines[0]?.error?.stack).to.match(/Error: outer[^]*TypeError: inner/);
  });

  it('leaves out what is below its level', () => {
    const { lines, destination } = capture();
    const logger = pinoLogger({ destination, level: 'warn' });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines.map(({ msg }) => msg)).to.deep.equal(['c', 'd']);
  });
});
