import { expect } from 'chai';
import { humanAge, microTimestamp, parseTime, timestamp } from '../../../lib/api/meta/time.js';

describe('times', () => {
  const noon = Date.UTC(2024, 4, 1, 12, 0, 0);

  it('are printed in UTC, in whole seconds or with six decimals', () => {
    expect(timestamp(noon + 789)).to.equal('2024-05-01T12:00:00Z');
    expect(microTimestamp(noon + 789)).to.equal('2024-05-01T12:00:00.789000Z');
  });

  it('are read with offsets and fractions', () => {
    expect(parseTime('2024-05-01T12:00:00Z')).to.equal(noon);
    expect(parseTime('2024-05-01T14:00:00+02:00')).to.equal(noon);
    expect(parseTime('2024-05-01T12:00:00.250Z')).to.equal(noon + 250);
  });

  it('are NaN when they are none', () => {
    for (const text of [
      'yesterday',
      '2024-05-01',
      '2024-02-31T00:00:00Z',
      '2024-05-01T25:00:00Z',
      '2024-05-01T12:60:00Z',
      '2024-05-01T12:00:60Z',
      '2024-05-01T12:00:00',
      '',
      undefined,
    ])
      expect(parseTime(text), String(text)).to.be.NaN;
  });

  it('are told as ages the way kubectl does', () => {
    const second = 1000;
    const [minute, hour, day] = [60 * second, 3600 * second, 86_400 * second];
    const ages: [number, string][] = [
      [0, '0s'],
      [81 * second, '81s'],
      [119 * second, '119s'],
      [120 * second, '2m'],
      [6 * minute + 20 * second, '6m20s'],
      [10 * minute + 20 * second, '10m'],
      [46 * minute, '46m'],
      [179 * minute, '179m'],
      [3 * hour, '3h'],
      [7 * hour + 59 * minute, '7h59m'],
      [8 * hour + 59 * minute, '8h'],
      [47 * hour, '47h'],
      [2 * day + 3 * hour, '2d3h'],
      [8 * day + 3 * hour, '8d'],
      [729 * day, '729d'],
      [2 * 365 * day, '2y'],
      [3 * 365 * day + 5 * day, '3y5d'],
      [9 * 365 * day, '9y'],
      [-5 * second, '<invalid>'],
    ];
    for (const [age, text] of ages) expect(humanAge(timestamp(noon), noon + age)).to.equal(text);
    expect(humanAge(undefined, noon)).to.equal('<unknown>');
  });
});
