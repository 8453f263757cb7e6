import { expect } from 'chai';
import { systemEnvironment } from '../../lib/base/system-environment.js';
import { generatedName } from '../../lib/registry/stored/generated-name.js';

describe('generatedName', () => {
  it('fits into a label value', () => {
    expect(generatedName('web-', systemEnvironment)).to.match(/^web-[a-z0-9]{5}$/);
    expect(generatedName('x'.repeat(100), systemEnvironment)).to.match(/^x{58}[a-z0-9]{5}$/);
  });

  it('cuts no character in half', () => {
    expect(generatedName(`${'x'.repeat(57)}😀`, systemEnvironment)).to.match(/^x{57}[a-z0-9]{5}$/);
  });
});
