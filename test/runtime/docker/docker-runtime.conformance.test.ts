import { systemEnvironment } from '../../../lib/base/system-environment.js';
import { BUSYBOX_IMAGE, DockerRuntime } from '../../../lib/runtime/docker/index.js';
import type { Program } from '../../../lib/testing/container-runtime-conformance.js';
import { containerRuntimeConformance, shellCommand } from '../../../lib/testing/container-runtime-conformance.js';
import { dockerdNeed, useDockerd } from '../../support/dockerd.js';
import { needs } from '../../support/needs.js';

function commandOf(program: Program): readonly string[] {
  return program.kind === 'echo' ? ['nc', '-ll', '-p', `${program.port}`, '-e', 'cat'] : shellCommand(program);
}

needs(dockerdNeed, () => {
  describe('on a Docker engine', () => {
    const dockerd = useDockerd();

    containerRuntimeConformance('DockerRuntime', {
      open: () =>
        new DockerRuntime({ planeId: `conformance-${process.pid}`, connection: dockerd.connection, environment: systemEnvironment }),
      program: (program) => ({ image: BUSYBOX_IMAGE, command: commandOf(program), args: [] }),
      execCommand: commandOf,
      timeout: 30_000,
    });
  });
});
