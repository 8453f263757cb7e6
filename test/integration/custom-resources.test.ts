import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlPlane } from '../../lib/control-plane/control-plane.js';
import { Kubectl, KUBECTL } from '../support/kubectl.js';
import { temporaryDirectory } from '../support/kubelib-process.js';
import { needs } from '../support/needs.js';

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gameservers.play.example.com}
spec:
  group: play.example.com
  scope: Namespaced
  names: {plural: gameservers, kind: GameServer, shortNames: [gs], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
    additionalPrinterColumns:
    - {name: Players, type: integer, jsonPath: .spec.players}
    - {name: Map, type: string, jsonPath: .spec.map, priority: 1}
    selectableFields: [{jsonPath: .spec.map}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [players]
            properties:
              players: {type: integer, minimum: 1, description: How many may join.}
              replicas: {type: integer, default: 1}
              map: {type: string, default: forest}
          status:
            type: object
            properties: {replicas: {type: integer}}
`;
const SERVER = `
apiVersion: play.example.com/v1
kind: GameServer
metadata: {name: alpha}
spec: {players: 8}
`;

needs(KUBECTL, () => {
  describe('custom resources with the real kubectl', function () {
    this.timeout(60_000);
    const directory = temporaryDirectory();
    let plane: ControlPlane;
    let kubectl: Kubectl;

    before(async () => {
      plane = await ControlPlane.start({ nodes: 0 });
      const kubeconfig = join(directory.path, 'kubeconfig');
      writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 });
      kubectl = new Kubectl(kubeconfig, directory.path);
    });
    after(async () => {
      await plane.stop();
      directory.remove();
    });

    it('apply makes the kind, and objects of it as soon as it is established', async () => {
      expect(await kubectl.run(['apply', '-f', '-'], CRD)).to.equal(
        'customresourcedefinition.apiextensions.k8s.io/gameservers.play.example.com created\n',
      );
      await kubectl.run(['wait', 'crd/gameservers.play.example.com', '--for=condition=Established', '--timeout=20s']);
      expect(await kubectl.run(['apply', '-f', '-'], SERVER)).to.equal('gameserver.play.example.com/alpha created\n');
      expect(await kubectl.run(['apply', '-f', '-'], SERVER)).to.equal('gameserver.play.example.com/alpha unchanged\n');
    });

    it('get knows short names, columns, categories, selectable fields and defaults', async () => {
      expect(await kubectl.run(['get', 'gs'])).to.match(/^NAME +PLAYERS\nalpha +8\n$/);
      expect(await kubectl.run(['get', 'gs', '-o', 'wide'])).to.match(/^NAME +PLAYERS +MAP\nalpha +8 +forest\n$/);
      expect(await kubectl.run(['get', 'all', '-o', 'name'])).to.contain('gameserver.play.example.com/alpha');
      expect(await kubectl.run(['get', 'gs', '--field-selector', 'spec.map=desert', '-o', 'name'])).to.equal('');
      expect(await kubectl.run(['get', 'gs', '--field-selector', 'spec.map=forest', '-o', 'name'])).to.match(/alpha/);
    });

    it('explain and api-resources describe it', async () => {
      expect(await kubectl.run(['explain', 'gameservers.spec.players'])).to.match(
        /GROUP: +play.example.com\nKIND: +GameServer[\s\S]*players <integer>[\s\S]*How many may join/,
      );
      expect(await kubectl.run(['api-resources', '--api-group=play.example.com'])).to.match(
        /gameservers +gs +play.example.com\/v1 +true +GameServer/,
      );
    });

    it('create is refused what the schema forbids, in Kubernetes words', async () => {
      const { code, stderr } = await kubectl.try(
        ['create', '-f', '-'],
        SERVER.replace('alpha', 'beta').replace('players: 8', 'players: 0'),
      );
      expect(code).to.equal(1);
      expect(stderr).to.contain(
        'The GameServer "beta" is invalid: spec.players: Invalid value: 0: spec.players in body should be greater than or equal to 1',
      );
      const unknown = await kubectl.try(
        ['create', '-f', '-'],
        SERVER.replace('alpha', 'beta').replace('players: 8', 'players: 8, seats: 1'),
      );
      expect(unknown.stderr).to.contain('unknown field "spec.seats"');
    });

    it('scale, patch and server-side apply change it', async () => {
      await kubectl.run(['scale', 'gs/alpha', '--replicas=3']);
      expect(await kubectl.field('gs/alpha', '{.spec.replicas}')).to.equal('3');
      await kubectl.run(['patch', 'gs/alpha', '--type=merge', '-p', '{"spec":{"map":"desert"}}']);
      await kubectl.run(['patch', 'gs/alpha', '--subresource=status', '--type=merge', '-p', '{"status":{"replicas":3}}']);
      expect(await kubectl.field('gs/alpha', '{.spec.map} {.status.replicas}')).to.equal('desert 3');
      await kubectl.run(['apply', '--server-side', '--field-manager=other', '-f', '-'], SERVER);
    });

    it('delete takes the kind away with its objects', async () => {
      await kubectl.run(['delete', 'crd', 'gameservers.play.example.com', '--timeout=20s']);
      const { stderr } = await kubectl.try(['get', 'gameservers.play.example.com']);
      expect(stderr).to.match(/the server (doesn't have a resource type|could not find the requested resource)/);
    });
  });
});
