import 'reflect-metadata';
import { Container } from 'inversify';
import type { Storage } from '../storage/storage.js';
import type { Registries } from '../registry/registry.js';
import type { ApiServer } from '../server/api-server.js';
import { Ground } from './ground.js';
import { KubernetesService } from './kubernetes-service.js';
import { controllersModule, managerModule } from './modules/controller-module.js';
import { leaderModule } from './modules/leader-module.js';
import { nodeModule, proxyModule } from './modules/node-module.js';
import { registryModule } from './modules/registry-module.js';
import { schedulerModule } from './modules/scheduler-module.js';
import { serverModule } from './modules/server-module.js';
import { storageModule } from './modules/storage-module.js';
import type { ResolvedOptions } from './options.js';
import { isShared } from './shared.js';
import { TOKENS } from './tokens.js';

/** Binds every part of a control plane, as the options say; nothing is made or started yet. */
export function assemble(options: ResolvedOptions): { readonly container: Container; readonly ground: Ground } {
  const container = new Container();
  const ground = new Ground(options, () => container.get(TOKENS.storage));
  container.bind(TOKENS.options).toConstantValue(options);
  container.bind(TOKENS.environment).toConstantValue(options.environment);
  container.bind(TOKENS.logger).toConstantValue(options.logger);
  container.bind(TOKENS.identity).toDynamicValue(() => ground.identity);
  container.bind(TOKENS.serviceRange).toDynamicValue(() => ground.serviceRange);
  container.bind(TOKENS.podRange).toConstantValue((index) => ground.range.podRange(index));
  container.load(storageModule, registryModule, serverModule, managerModule, schedulerModule, leaderModule, nodeModule, proxyModule);
  if (options.builtInControllers ?? true) container.load(controllersModule(options, () => ground.identity.authority.pem.certificate));
  container
    .bind(TOKENS.kubernetesService)
    .toResolvedValue(kubernetesService(options, ground), [TOKENS.registries, TOKENS.server, TOKENS.serviceRange, TOKENS.storage])
    .inSingletonScope();
  for (const controller of options.controllers ?? []) container.bind(TOKENS.controllers).toConstantValue(controller);
  if (options.modules) container.load(...options.modules);
  options.configure?.(container);
  return { container, ground };
}

function kubernetesService({ shared, environment, logger }: ResolvedOptions, ground: Ground) {
  return (registries: Registries, server: ApiServer, serviceRange: string, storage: Storage): KubernetesService =>
    new KubernetesService({
      registries,
      server,
      serviceRange,
      environment,
      logger,
      relayAddress: ground.range.serverAddress,
      identity: isShared(shared, storage) ? ground.identity.id : undefined,
    });
}
