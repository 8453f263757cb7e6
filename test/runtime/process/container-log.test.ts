import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { ContainerLog } from '../../../lib/runtime/process/container-log.js';
import type { LogReadOptions } from '../../../lib/runtime/process/log-reader.js';
import { readRecords } from '../../../lib/runtime/process/log-reader.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

describe('ContainerLog', () => {
  const directory = temporaryDirectory();
  const environment = new VirtualEnvironment({ start: Date.UTC(2026, 2, 4, 5, 6, 7, 89) });
  const path = () => join(directory(), 'log');
  const positions = () => join(directory(), 'positions');
  const print = (text: string, stream = 'stdout') => appendFileSync(join(directory(), 'io', stream), text);
  const content = () => readFileSync(path(), 'utf8');
  let opened: ContainerLog[] = [];

  function log(limit = 1_000_000, paused: (work: () => void) => boolean = () => false): ContainerLog {
    const made = new ContainerLog({ directory: directory(), path: path(), limit, environment, paused });
    opened.push(made);
    made.open();
    return made;
  }

  async function read(from: ContainerLog, options: LogReadOptions = {}, texts: string[] = []): Promise<string[]> {
    for await (const records of readRecords(from.file, options))
      texts.push(...records.map(({ text, partial }) => text.toString() + (partial ? '…' : '')));
    return texts;
  }

  beforeEach(() => mkdirSync(join(directory(), 'io')));
  afterEach(() => {
    for (const each of opened) each.close();
    opened = [];
  });

  it('writes lines with time, stream and tag, and holds back a line that goes on', async () => {
    const here = log();
    print('one\ntw');
    print('error\n', 'stderr');
    await here.pump();
    expect(content()).to.equal('2026-03-04T05:06:07.089Z stdout F one\n2026-03-04T05:06:07.089Z stderr F error\n');
    print('o\nthree');
    await here.finish();
    expect(await read(here)).to.deep.equal(['one', 'error', 'two', 'three…']);
  });

  it('keeps long lines in parts of 16 KiB', async () => {
    const here = log();
    print(`${'x'.repeat(40_000)}\n`);
    await here.pump();
    expect((await read(here)).map((text) => text.length)).to.deep.equal([16_385, 16_385, 7232]);
  });

  it('goes on where a killed predecessor had come, and takes back what it had not written down', async () => {
    const killed = log();
    print('one\n');
    await killed.pump();
    copyFileSync(positions(), `${positions()}.before`);
    print('two\n');
    await killed.pump();
    copyFileSync(`${positions()}.before`, positions());
    const successor = log();
    await successor.pump();
    expect(await read(successor)).to.deep.equal(['one', 'two']);
  });

  it('takes back what went into two files', async () => {
    const killed = log(300);
    print('a line that is forty characters long, ok.\n');
    await killed.pump();
    copyFileSync(positions(), `${positions()}.before`);
    print('a second one that is as long as the first\n');
    await killed.pump();
    print('third\n');
    await killed.pump();
    expect(killed.file.generation).to.equal(1);
    copyFileSync(`${positions()}.before`, positions());
    const successor = log(300);
    await successor.pump();
    expect((await read(successor)).map((text) => text.slice(0, 8))).to.deep.equal(['a line t', 'a second', 'third']);
  });

  it('copies no more arrears than its limit, and begins with a whole line', async () => {
    print('0123456789\n'.repeat(1000));
    const here = log(1000);
    await here.pump();
    const lines = await read(here);
    expect(lines.length).to.be.greaterThan(5).and.below(100);
    expect(new Set(lines)).to.deep.equal(new Set(['0123456789']));
  });

  it('empties a spool that has grown long, while nobody appends to it', async () => {
    let pauses = 0;
    const here = log(100_000_000, (work) => {
      pauses++;
      print('printed just before the pause\nand a begi');
      work();
      return true;
    });
    print(`${'x'.repeat(1000)}\n`.repeat(9000));
    await here.pump();
    print('nning\n');
    await here.pump();
    expect(pauses).to.equal(1);
    expect(statSync(join(directory(), 'io', 'stdout')).size).to.be.below(100);
    expect((await read(here, { tail: 2 })).map((text) => text.slice(0, 30))).to.deep.equal([
      'printed just before the pause',
      'and a beginning',
    ]);
  });

  describe('followed', () => {
    it('goes through changes of files, as long as it keeps up', async () => {
      const here = log(2000);
      let ended = false;
      const texts: string[] = [];
      const seen = read(here, { ended: () => ended }, texts);
      const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`);
      for (const [index, line] of lines.entries()) {
        print(`${line}\n`);
        await here.pump();
        await eventually(() => texts.length > index, { interval: 1 }); // the reader keeps up
      }
      ended = true;
      await here.finish();
      expect(here.file.generation).to.be.greaterThan(5);
      expect(await seen).to.deep.equal(lines);
    });

    it('leaves out what the log has forgotten, when it does not keep up', async () => {
      const here = log(2000);
      let ended = false;
      const records = readRecords(here.file, { ended: () => ended });
      print('first\n');
      await here.pump();
      await records.next();
      print(Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join(''));
      for (let i = 200; i < 400; i++) {
        print(`line ${i}\n`);
        await here.pump();
      }
      ended = true;
      await here.finish();
      const rest: string[] = [];
      for await (const batch of records) rest.push(...batch.map(({ text }) => text.toString()));
      expect(rest.at(-1)).to.equal('line 399');
      expect(rest.length).to.be.below(400);
    });
  });

  describe('tails', () => {
    it('reach into the older file', async () => {
      const here = log(1000);
      for (let i = 0; i < 16; i++) {
        print(`line ${i}\n`);
        await here.pump();
      }
      expect(here.file.generation).to.equal(1);
      const all = Array.from({ length: 16 }, (_, i) => `line ${i}`);
      for (let tail = 0; tail <= 17; tail++)
        expect(await read(here, { tail }), `tail ${tail}`).to.deep.equal(all.slice(16 - Math.min(tail, 16)));
    });

    it('are not longer for what is written while they are read', async () => {
      const here = log();
      print('one\ntwo\nthree\n');
      await here.pump();
      const reading = read(here, { tail: 2 }); // it has looked where the tail begins
      appendFileSync(path(), '2026-03-04T05:06:08.000Z stdout F four\n');
      expect(await reading).to.deep.equal(['two', 'three']);
    });

    it('are exact at the edges of blocks', async () => {
      const here = log(100_000_000);
      const filler = 65_536 - 'YYYY-MM-DDThh:mm:ss.mmmZ stdout F \n'.length;
      // A CRI line of just a block each, in four parts of at most 16 KiB, then short ones.
      print(`${'x'.repeat(filler)}\n`.repeat(3) + 'a\nb\n');
      await here.pump();
      expect(await read(here, { tail: 2 })).to.deep.equal(['a', 'b']);
      const all = await read(here);
      expect(await read(here, { tail: all.length - 1 })).to.deep.equal(all.slice(1));
      expect(await read(here, { tail: all.length })).to.deep.equal(all);
    });
  });

  it('reads what was there before anything was written', async () => {
    writeFileSync(path(), '');
    expect(await read(log())).to.deep.equal([]);
  });
});
