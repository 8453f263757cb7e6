import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTokenFile } from '../../lib/cli/token-file.js';
import { rejection } from '../support/rejection.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const messageOf = (error: unknown) => (error as Error).message;

describe('readTokenFile', () => {
  const directory = temporaryDirectory();

  const read = async (text: string) => {
    const path = join(directory(), 'tokens.csv');
    await writeFile(path, text);
    return readTokenFile(path);
  };

  it('reads tokens, users, uids and groups', async () => {
    expect(await read('s3cret,alice,1,"dev, ops"\r\n\n"a""b""",bob,,\n')).to.deep.equal({
      s3cret: { name: 'alice', uid: '1', groups: ['dev', 'ops'] },
      'a"b"': { name: 'bob', groups: [] },
    });
    expect(await read('t,carol,3')).to.deep.equal({ t: { name: 'carol', uid: '3', groups: [] } });
  });

  it('takes a token named like a member of every object for a token', async () => {
    expect(Object.keys(await read('__proto__,alice,1\nconstructor,bob,2\n'))).to.deep.equal(['__proto__', 'constructor']);
  });

  it('says which line is wrong, and what is wanted', async () => {
    const refusal = async (text: string) => messageOf(await rejection(read(text)));
    expect(await refusal('a,b,c\nd,e\n')).to.match(/tokens\.csv, line 2: a token, a user and a uid are needed \(wanted: token,user,uid/);
    expect(await refusal('a,b,c,"d\n')).to.match(/line 1: a quote is not closed/);
    expect(await refusal('a,b,c,"d"e\n')).to.match(/line 1: a quote/);
    expect(await refusal('a b,b,c\n')).to.match(/no blanks/);
    expect(await refusal('a,b,c\na,d,e\n')).to.match(/line 2: the token is there twice/);
    expect(await refusal('\n')).to.match(/has no tokens/);
    expect(messageOf(await rejection(readTokenFile(join(directory(), 'none'))))).to.match(/cannot read .*none: no such file/);
  });
});
