import { expect } from 'chai';
import {
  decodeChannel,
  decodeExitStatus,
  decodeResize,
  encodeChannel,
  encodeClose,
  encodeExitStatus,
} from '../../../lib/api/wire/channels.js';

describe('Channel messages', () => {
  it('put the channel before the bytes', () => {
    expect([...encodeChannel(1, 'ab')]).to.deep.equal([1, 97, 98]);
    expect(decodeChannel(Buffer.from([2, 0, 255]))).to.deep.equal({ channel: 2, data: Buffer.from([0, 255]) });
    expect(decodeChannel(Buffer.alloc(0))).to.equal(undefined);
    expect([...encodeClose(0)]).to.deep.equal([255, 0]);
  });

  it('carry sizes of terminals, and nothing for what is none', () => {
    expect(decodeResize(Buffer.from('{"Width":80,"Height":24}'))).to.deep.equal({ columns: 80, rows: 24 });
    for (const text of ['', 'x', 'null', '{}', '{"Width":0,"Height":1}', '{"Width":1.5,"Height":1}', '{"Width":70000,"Height":1}']) {
      expect(decodeResize(Buffer.from(text)), text).to.equal(undefined);
    }
  });

  it('carry exit codes there and back', () => {
    for (const status of [{ exitCode: 0 }, { exitCode: 137 }]) expect(decodeExitStatus(encodeExitStatus(status))).to.deep.equal(status);
    expect(decodeExitStatus(encodeExitStatus({ exitCode: 1, message: 'no such file' }))).to.deep.equal({
      exitCode: 1,
      message: 'no such file',
    });
    expect(decodeExitStatus({})).to.deep.equal({ exitCode: 1, message: 'the command failed' });
  });
});
