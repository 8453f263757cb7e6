import { expect } from 'chai';
import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { isAlive, parseStat, ProcessTable, statOf } from '../../../lib/runtime/process/process-table.js';

describe('the process table', () => {
  it('reads names with spaces and parentheses', () => {
    const line = '4321 (a ) b (c) S 17 4320 4319 0 -1 4194304 100 0 0 0 5 6 7 8 20 0 1 0 987654 1000 50';
    expect(parseStat(line)).to.deep.equal({ pid: 4321, state: 'S', parent: 17, session: 4319, cpuTicks: 26, startTime: 987654 });
  });

  it('refuses what is no such line', () => {
    expect(parseStat('')).to.equal(undefined);
    expect(parseStat('12 (x) S 1')).to.equal(undefined);
  });

  it('knows a process by its id and its start', () => {
    const own = statOf(process.pid)!;
    expect(isAlive(own)).to.equal(true);
    expect(isAlive({ ...own, startTime: own.startTime - 1 })).to.equal(false);
    expect(isAlive({ pid: 2 ** 22 + 1, startTime: 0 })).to.equal(false);
  });

  it('lists sessions', () => {
    const { session } = statOf(process.pid)!;
    const members = new ProcessTable(systemEnvironment).session(session);
    expect(members.map(({ pid }) => pid)).to.include(process.pid);
  });
});
