/** @type {import('docker-manual/run').RunOptions} */
const dockerManual = { files: ['compose.yml'] };

module.exports = {
  globalSetup: 'docker-manual/jest/setup',
  globalTeardown: 'docker-manual/jest/teardown',
  globals: { dockerManual },
};
