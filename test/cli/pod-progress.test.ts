import { expect } from 'chai';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import { pods } from '../../lib/api/core/pods.js';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { showPods } from '../../lib/cli/pod-progress.js';
import { eventually } from '../support/eventually.js';

/** What a terminal shows after these bytes: enough of ANSI for cursor up, carriage return and erase below. */
function screen(bytes: string): string[] {
  let lines = [''];
  let row = 0;
  for (const [, up, erase, newline, text] of bytes.matchAll(/\u001b\[(\d+)A\r|(\u001b\[J)|(\n)|((?:\u001b\[\d+m|[^\u001b\n])+)/g)) {
    if (up !== undefined) row -= Number(up);
    else if (erase !== undefined) lines = [...lines.slice(0, row), ''];
    else if (newline !== undefined) lines[++row] ??= '';
    else lines[row] += (text ?? '').replace(/\u001b\[\d+m/g, '');
  }
  return lines.filter((line) => line !== '');
}

describe('the progress of pods', () => {
  let plane: ControlPlane;
  before(async () => (plane = await ControlPlane.start({ runtime: 'simulated' })));
  after(() => plane.stop());

  const create = (name: string) =>
    plane.registry(pods).create({
      metadata: { namespace: 'default', name },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'any' }] },
    });
  const remove = (name: string) => plane.registry(pods).delete({ namespace: 'default', name }, { gracePeriodSeconds: 0 });

  it('is one plain line a change without a terminal', async () => {
    let output = '';
    const progress = showPods(plane, { write: (text: string) => (output += text) }, systemEnvironment);
    await create('plain');
    await eventually(() =>
      expect(output).to.match(/pod\/plain Pending ready=0\/1 restarts=0\n[^]*pod\/plain Running ready=1\/1 restarts=0 node=node-1\n/),
    );
    await remove('plain');
    await eventually(() => expect(output).to.match(/pod\/plain gone\n$/));
    progress.close();
    expect(output).not.to.include('\u001b');
  });

  it('takes a terminal that does not know its size for one of 80 by 24', async () => {
    let output = '';
    const progress = showPods(plane, { isTTY: true, columns: 0, rows: 0, write: (text: string) => (output += text) }, systemEnvironment);
    await create('sized');
    await eventually(() => expect(screen(output)).to.deep.include('NAME    READY   STATUS    NODE     RESTARTS   AGE'));
    await remove('sized');
    await eventually(() => expect(screen(output)).to.deep.equal([]));
    progress.close();
  });

  it('is a table that redraws in place on a terminal, below what is printed', async () => {
    let output = '';
    const progress = showPods(plane, { isTTY: true, columns: 80, rows: 24, write: (text: string) => (output += text) }, systemEnvironment);
    progress.print('first line');
    await create('b');
    await create('a');
    await eventually(() =>
      expect(
        screen(output)
          .slice(1)
          .map((line) => line.split(/ {2,}/).slice(0, 3).join(' ')),
      ).to.deep.equal(['NAME READY STATUS', 'a 1/1 Running', 'b 1/1 Running']),
    );
    progress.print('second line');
    expect(screen(output).slice(0, 3)).to.deep.equal(['first line', 'second line', screen(output)[2]]);
    await remove('a');
    await eventually(() => expect(screen(output)).to.have.lengthOf(4));
    progress.close();
  });
});
