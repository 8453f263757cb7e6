import type { ContainerStats as EngineStats } from 'dockerode';
import type { ContainerStats } from '../container-runtime.js';

/** The engine's numbers, as far as they are used; control groups of the two versions count the page cache under different names. */
type Memory = { readonly usage?: number; readonly stats?: { readonly total_inactive_file?: number; readonly inactive_file?: number } };

/** What a container uses. Memory is without the page cache that can be given up at once, as Kubernetes counts it. Undefined of one that does not run. */
export function usageOf({ read, cpu_stats, memory_stats }: EngineStats): ContainerStats | undefined {
  const { usage, stats } = memory_stats as Memory;
  if (usage === undefined) return undefined;
  return {
    timestamp: Date.parse(read),
    cpuNanoseconds: cpu_stats.cpu_usage.total_usage,
    memoryBytes: Math.max(0, usage - (stats?.total_inactive_file ?? stats?.inactive_file ?? 0)),
  };
}
