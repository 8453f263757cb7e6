import assert from 'node:assert/strict';
import { systemEnvironment } from '../../base/system-environment.js';
import { textOf } from './runtime-bed.js';
import type { RuntimeTest } from './runtime-suite.js';

const TEN = { kind: 'exit', code: 0, stdout: Array.from({ length: 10 }, (_, i) => `line ${i}\n`).join('') } as const;

export function logs(test: RuntimeTest): void {
  test('hold both outputs', async (bed) => {
    const id = await bed.runToEnd({ kind: 'exit', code: 0, stdout: 'out\n', stderr: 'err\n' });
    assert.deepEqual((await bed.logs(id)).split('\n').toSorted(), ['', 'err', 'out']);
  });

  test('are empty before anything is printed', async (bed) => {
    const id = await bed.create(await bed.sandbox(), { kind: 'run' });
    assert.equal(await bed.logs(id), '');
  });

  test('keep the order, empty lines and a last line without end', async (bed) => {
    const id = await bed.runToEnd({ kind: 'exit', code: 0, stdout: 'a\n\nb\nno end' });
    assert.equal(await bed.logs(id), 'a\n\nb\nno end');
  });

  test('keep a line of 100,000 characters in one', async (bed) => {
    const text = `${'0123456789'.repeat(10_000)}\n`;
    const id = await bed.runToEnd({ kind: 'exit', code: 0, stdout: text });
    assert.equal(await bed.logs(id), text);
  });

  test('give the last lines', async (bed) => {
    const id = await bed.runToEnd(TEN);
    assert.equal(await bed.logs(id, { tailLines: 2 }), 'line 8\nline 9\n');
    assert.equal(await bed.logs(id, { tailLines: 0 }), '');
    assert.equal(await bed.logs(id, { tailLines: 100 }), TEN.stdout);
  });

  test('give so many bytes', async (bed) => {
    const id = await bed.runToEnd(TEN);
    assert.equal(await bed.logs(id, { limitBytes: 10 }), 'line 0\nlin');
    assert.equal(await bed.logs(id, { limitBytes: 10_000 }), TEN.stdout);
  });

  test('give the time of each line', async (bed) => {
    const before = systemEnvironment.now();
    const id = await bed.runToEnd(TEN);
    const lines = (await bed.logs(id, { timestamps: true })).trimEnd().split('\n');
    assert.equal(lines.length, 10);
    for (const [index, line] of lines.entries()) {
      const [time = '', ...text] = line.split(' ');
      assert.equal(text.join(' '), `line ${index}`);
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
      assert.ok(Date.parse(time) >= before - 1000 && Date.parse(time) <= systemEnvironment.now() + 1000, time);
    }
  });

  test('give what is younger than a time', async (bed) => {
    const id = await bed.runToEnd({ kind: 'count', to: 4, every: 150 });
    const stamped = (await bed.logs(id, { timestamps: true })).split('\n');
    assert.equal(await bed.logs(id, { sinceTime: stamped[2]!.split(' ')[0] }), '3\n4\n');
    assert.equal(await bed.logs(id, { sinceSeconds: 3600 }), '1\n2\n3\n4\n');
    assert.equal(await bed.logs(id, { sinceTime: new Date(systemEnvironment.now() + 60_000).toISOString() }), '');
  });

  test('are followed until the container ends', async (bed) => {
    const id = await bed.run({ kind: 'count', to: 5, every: 50 });
    assert.equal(await bed.logs(id, { follow: true }), '1\n2\n3\n4\n5\n');
    assert.equal(await bed.logs(id, { follow: true }), '1\n2\n3\n4\n5\n');
  });

  test('are followed as lines come, from the last ones on', async (bed) => {
    const id = await bed.run({ kind: 'count', to: 1000, every: 20 });
    const seen: string[] = [];
    for await (const chunk of bed.runtime.logs(id, { follow: true, tailLines: 0 })) {
      seen.push(...Buffer.from(chunk).toString().trim().split('\n'));
      if (seen.length >= 3) break;
    }
    const first = Number(seen[0]);
    assert.deepEqual(seen.slice(0, 3), [`${first}`, `${first + 1}`, `${first + 2}`]);
  });

  test('are followed until the reader has enough', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const abort = new AbortController();
    const followed = bed.logs(id, { follow: true }, abort.signal).catch(() => 'aborted');
    abort.abort();
    await followed;
  });

  test('end for their followers when the runtime stops', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const chunks: Uint8Array[] = [];
    for await (const chunk of bed.runtime.logs(id, { follow: true })) {
      chunks.push(chunk);
      await bed.runtime.stop();
    }
    assert.equal(Buffer.concat(chunks).toString(), 'ready\n');
  });

  test(
    'forget the oldest lines beyond their limit',
    async (bed) => {
      const lines = Array.from({ length: 5000 }, (_, i) => `line ${String(i).padStart(5, '0')}\n`).join('');
      const id = await bed.runToEnd({ kind: 'exit', code: 0, stdout: lines }, { logLimit: 20_000 });
      const kept = await bed.logs(id);
      assert.ok(kept.endsWith('line 04999\n'));
      assert.ok(kept.length < lines.length, `${kept.length} bytes are left`);
    },
    'log limits',
  );
}

export function attaching(test: RuntimeTest): void {
  const options = { stdin: false, stdout: true, stderr: true, tty: false };

  test('shows what is printed from then on, and how it ended', async (bed) => {
    const id = await bed.run({ kind: 'count', to: 20, every: 50 });
    const session = await bed.runtime.attach(id, options);
    const [text, , { exitCode }] = await Promise.all([textOf(session.stdout), textOf(session.stderr), session.done]);
    assert.equal(exitCode, 0);
    assert.ok(text.endsWith('19\n20\n'), text);
  });

  test('leaves the container alone when it ends', async (bed) => {
    const id = await bed.run({ kind: 'run' });
    const session = await bed.runtime.attach(id, options);
    session.kill();
    session.kill();
    await Promise.all([textOf(session.stdout), textOf(session.stderr), session.done]);
    assert.equal((await bed.container(id)).state, 'running');
  });
}
