import { expect } from 'chai';
import { VirtualEnvironment } from '../../../lib/base/virtual-environment.js';
import { answersInOrder, ObservedProgress, RequestedProgress } from '../../../lib/storage/etcd/watch/progress.js';

describe('the progress of a watch of etcd', () => {
  it('is asked of the versions that do not let it overtake changes', () => {
    for (const version of ['3.4.25', '3.4.40', '3.5.8', '3.5.21', '3.6.0', '3.10.1', '4.0.0'])
      expect(answersInOrder(version), version).to.equal(true);
    for (const version of ['3.4.23', '3.4.24', '3.5.0', '3.5.7', '3.3.27', '2.9.9', 'unknown', undefined]) {
      expect(answersInOrder(version), version).to.equal(false);
    }
  });

  function bed() {
    const environment = new VirtualEnvironment();
    const state = { position: 5, latest: 5, requests: 0, reports: [] as number[] };
    const options = {
      environment,
      position: () => state.position,
      latest: () => state.latest,
      request: () => void state.requests++,
      report: () => void state.reports.push(state.position),
    };
    return { environment, state, options };
  }

  describe('as observed', () => {
    it('is reported once what was the latest has been delivered, never amid a commit', async () => {
      const { state, options } = bed();
      const progress = new ObservedProgress(options);
      progress.ask();
      expect(state.reports).to.deep.equal([]);
      await Promise.resolve();
      expect(state.reports).to.deep.equal([5]);
      state.latest = 7;
      progress.ask();
      await Promise.resolve();
      for (state.position = 6; state.position <= 8; state.position++) progress.advanced();
      expect(state.reports).to.deep.equal([5, 7]);
    });

    it('is that of the member, too: its history is delivered first', async () => {
      const { state, options } = bed();
      const progress = new ObservedProgress(options);
      progress.opened(9, true);
      await Promise.resolve();
      expect(state.reports).to.deep.equal([]);
      state.position = 9;
      progress.advanced();
      expect(state.reports).to.deep.equal([9]);
    });

    it('does not wait for ever when it is asked for again and again amid writes', () => {
      const { state, options } = bed();
      const progress = new ObservedProgress(options);
      for (let revision = 6; revision < 20; revision++) {
        state.latest = revision + 2; // always ahead
        progress.ask();
        state.position = revision;
        progress.advanced();
      }
      expect(state.reports.length).to.be.greaterThan(3);
    });
  });

  describe('as requested', () => {
    it('is requested again until etcd answers, and not more than once at a time', async () => {
      const { environment, state, options } = bed();
      const progress = new RequestedProgress(options);
      progress.opened(5, true);
      progress.ask();
      progress.ask();
      expect(state.requests).to.equal(1);
      await environment.advance(250);
      expect(state.requests).to.equal(3);
      progress.told();
      expect(state.reports).to.deep.equal([5]);
      expect(state.requests, 'for those who asked meanwhile').to.equal(4);
      progress.told();
      await environment.advance(1000);
      expect(state.requests).to.equal(4);
      expect(state.reports).to.have.length(2);
    });

    it('is not reported when nobody has asked', () => {
      const { state, options } = bed();
      new RequestedProgress(options).told();
      expect(state.reports).to.deep.equal([]);
    });

    it('is not requested any more once it is closed', async () => {
      const { environment, state, options } = bed();
      const progress = new RequestedProgress(options);
      progress.ask();
      progress.close();
      await environment.advance(1000);
      expect(state.requests).to.equal(1);
    });
  });
});
