import { expect } from 'chai';
import { changesOf } from '../../../lib/storage/etcd/watch/changes.js';
import { CommitAssembler } from '../../../lib/storage/etcd/watch/commit-assembler.js';
import type { KeyValue } from '../../../lib/storage/etcd/wire/kv.js';
import type { WatchEvent, WatchResponse } from '../../../lib/storage/etcd/wire/watch.js';

const kv = (key: string, modRevision: number, createRevision = modRevision): KeyValue => ({
  key: Buffer.from(key),
  value: Buffer.from('value'),
  createRevision,
  modRevision,
});
const put = (key: string, revision: number): WatchEvent => ({ deleted: false, kv: kv(key, revision), previous: undefined });
const answer = (events: readonly WatchEvent[], fragment = false): WatchResponse => ({
  ...{ revision: 0, created: false, canceled: false, compactRevision: 0, cancelReason: '' },
  ...{ events, fragment },
});

describe('CommitAssembler', () => {
  const keysOf = (commits: readonly (readonly WatchEvent[])[]) => commits.map((commit) => commit.map((event) => event.kv.key.toString()));

  it('parts an answer into its commits', () => {
    const commits = new CommitAssembler().add(answer([put('a', 2), put('b', 2), put('a', 3)]));
    expect(keysOf(commits)).to.deep.equal([['a', 'b'], ['a']]);
  });

  it('holds back what the next fragment may go on with, and nothing else', () => {
    const assembler = new CommitAssembler();
    expect(keysOf(assembler.add(answer([put('a', 2), put('b', 3)], true)))).to.deep.equal([['a']]);
    expect(keysOf(assembler.add(answer([put('c', 3)], true)))).to.deep.equal([]);
    expect(keysOf(assembler.add(answer([put('d', 3), put('e', 4)])))).to.deep.equal([['b', 'c', 'd'], ['e']]);
  });

  it('gives out a commit when the next fragment begins with another, or is empty', () => {
    const assembler = new CommitAssembler();
    assembler.add(answer([put('a', 2)], true));
    expect(keysOf(assembler.add(answer([put('b', 3)], true)))).to.deep.equal([['a']]);
    expect(keysOf(assembler.add(answer([])))).to.deep.equal([['b']]);
  });
});

describe('changesOf', () => {
  const prefix = Buffer.from('a/');

  it('leaves out what lies outside of the prefix', () => {
    const changes = changesOf([put('a', 2), put('a/b', 2), put('b', 2)], prefix)!;
    expect(changes).to.have.length(1);
    expect(changes[0]).to.deep.include({ type: 'put', revision: 2, previous: undefined });
  });

  it('gives nothing when it is not known any more what was replaced or deleted', () => {
    expect(changesOf([{ deleted: true, kv: kv('a/b', 5, 0), previous: undefined }], prefix)).to.equal(undefined);
    expect(changesOf([{ deleted: false, kv: kv('a/b', 5, 3), previous: undefined }], prefix)).to.equal(undefined);
    expect(changesOf([{ deleted: true, kv: kv('b', 5, 0), previous: undefined }], prefix)).to.deep.equal([]);
  });
});
