import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { failsWith } from './runtime-bed.js';
import type { RuntimeTest } from './runtime-suite.js';

export function sandboxes(test: RuntimeTest): void {
  test('says whose it is, and has an address before any container', async (bed) => {
    const config = bed.sandboxConfig();
    const pod = await bed.pod(await bed.runtime.createSandbox(config));
    assert.deepEqual(pod.pod, config.pod);
    assert.deepEqual(pod.labels, config.labels);
    assert.equal(pod.ready, true);
    assert.deepEqual(pod.containers, []);
    assert.equal(isIP(pod.ips[0] ?? ''), 4, `addresses: ${pod.ips.join()}`);
  });

  test(
    'has an address that no other one has',
    async (bed) => {
      const ids = [await bed.sandbox(), await bed.sandbox(), await bed.sandbox()];
      const addresses = await Promise.all(ids.map(async (id) => (await bed.pod(id)).ips[0]));
      assert.equal(new Set(addresses).size, ids.length, addresses.join());
    },
    'pod addresses',
  );

  test('is made once for a pod', async (bed) => {
    const config = bed.sandboxConfig();
    const [first, second] = await Promise.all([bed.runtime.createSandbox(config), bed.runtime.createSandbox(config)]);
    assert.equal(first, second);
    assert.equal(await bed.runtime.createSandbox(config), first);
    assert.equal((await bed.runtime.pods()).length, 1);
  });

  test('takes what runs in it along when it goes', async (bed) => {
    const id = await bed.sandbox();
    const other = await bed.run({ kind: 'run' });
    await bed.run({ kind: 'stubborn' }, { name: 'stubborn' }, id);
    await bed.create(id, { kind: 'run' }, { name: 'never-started' });
    await bed.runtime.removeSandbox(id);
    assert.deepEqual((await bed.runtime.pods()).map(({ sandboxId }) => sandboxId).includes(id), false);
    assert.equal((await bed.container(other)).state, 'running');
  });

  test('may be gone already when it is removed', async (bed) => {
    const id = await bed.sandbox();
    await bed.runtime.removeSandbox(id);
    await bed.runtime.removeSandbox(id);
    await bed.runtime.removeSandbox('no-such-sandbox');
  });

  test('is made anew after it was removed', async (bed) => {
    const config = bed.sandboxConfig();
    const first = await bed.runtime.createSandbox(config);
    await bed.runtime.removeSandbox(first);
    const second = await bed.runtime.createSandbox(config);
    assert.notEqual(second, first);
    assert.equal((await bed.pod(second)).ready, true);
  });

  test('must be there for a container to be made in it', async (bed) => {
    await failsWith('NotFound', () => bed.create('no-such-sandbox', { kind: 'run' }));
  });
}
