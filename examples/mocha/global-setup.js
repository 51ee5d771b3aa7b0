import { dockerManual } from 'docker-manual/mocha';

export const { mochaGlobalSetup, mochaGlobalTeardown } = dockerManual({ files: ['compose.yml'] });
