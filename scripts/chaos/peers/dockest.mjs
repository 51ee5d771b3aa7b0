// A test run with dockest: services up, jest with one test of 200 ms, services down. Arguments: folder of the library.
import { createRequire } from 'node:module';

const [library] = process.argv.slice(2);
const require = createRequire(library);
const { Dockest, logLevel } = require('dockest');
const {
  containerIsHealthyReadinessCheck,
} = require('dockest/dist/readiness-check/container-is-healthy-readiness-check.js');

const db = { serviceName: 'db', readinessCheck: containerIsHealthyReadinessCheck };
const web = { serviceName: 'web', readinessCheck: containerIsHealthyReadinessCheck, dependsOn: [db] };
const dockest = new Dockest({
  composeFile: 'compose.yml',
  jestLib: require('jest'),
  logLevel: logLevel.ERROR,
});
await dockest.run([web]);
