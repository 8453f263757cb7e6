/** The Kubernetes release whose API this is. */
const RELEASE = '1.36.3';
const [major = '1', minor = '0'] = RELEASE.split('.');

/** The document at `/version`: which Kubernetes this server speaks. */
export const versionInfo = {
  major,
  minor,
  emulationMajor: major,
  emulationMinor: minor,
  minCompatibilityMajor: major,
  minCompatibilityMinor: String(Math.max(0, Number(minor) - 1)),
  gitVersion: `v${RELEASE}+kubelib`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'tsc',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
} as const;
