import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{findSpec,folderName}from"./chunk-UOMA6GGN.js";import"./chunk-4ARQJV2L.js";import"./chunk-EFEGVUES.js";import"./chunk-ZNOWVWGQ.js";import"./chunk-5X2BMSNY.js";import{projectBase}from"./chunk-E7WVMTSI.js";import{fileError}from"./chunk-7TZGGAKK.js";import"./chunk-XYMIU2KI.js";import"./chunk-TDXN5KO3.js";import{existsSync,mkdirSync,readFileSync,writeFileSync}from"node:fs";import{dirname,join,relative}from"node:path";function runnerOf(dependencies){return dependencies.includes("vitest")?"vitest":dependencies.includes("jest")?"jest":dependencies.includes("@playwright/test")?"playwright":void 0}function firstFiles(composeFiles,name,runner){let files=[{path:"docker-manual.config.yaml",content:`# What docker-manual makes environments with: docs/configuration.md has every key.
files: [${composeFiles.map(file=>JSON.stringify(file)).join(", ")}]
name: ${JSON.stringify(name)}
`}],list=composeFiles.map(file=>`'${file.replaceAll("'","\\'")}'`).join(", ");return runner===void 0?files:[...files,...EXAMPLES[runner](list)]}var RUN={vitest:"npx vitest run --config vitest.docker.config.mts",jest:"npx jest --config jest.docker.config.cjs",playwright:"npx playwright test --config playwright.docker.config.ts"},EXAMPLES={vitest:files=>[{path:"vitest.docker.config.mts",content:`import { dockerManual } from 'docker-manual/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [dockerManual({ files: [${files}] })],
  test: { include: ['test/environment.example.test.ts'] },
});
`},{path:"test/environment.example.test.ts",content:example(`import { expect, test } from 'vitest';
`,RUN.vitest)}],jest:files=>[{path:"jest.docker.config.cjs",content:`module.exports = {
  globalSetup: 'docker-manual/jest/setup',
  globalTeardown: 'docker-manual/jest/teardown',
  globals: { dockerManual: { files: [${files}] } },
  testMatch: ['**/test/environment.example.test.js'],
};
`},{path:"test/environment.example.test.js",content:example("",RUN.jest)}],playwright:files=>[{path:"playwright.docker.config.ts",content:`import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'test',
  testMatch: 'environment.example.spec.ts',
  globalSetup: 'docker-manual/playwright',
  metadata: { dockerManual: { files: [${files}] } },
});
`},{path:"test/environment.example.spec.ts",content:example(`import { expect, test } from '@playwright/test';
`,RUN.playwright)}]};function example(imports,command){return`// ${command}
${imports}${imports===""?"":`
`}test('has an environment of its own', () => {
  // DM_<SERVICE>_HOST and DM_<SERVICE>_PORT for each service; DATABASE_URL, REDIS_URL \u2026 for known images.
  const { DM_PROJECT = 'none: run it by the command above' } = process.env;
  expect(DM_PROJECT).toMatch(/-[0-9a-f]{8}$/);
});
`}function nextCommands(runner){return runner===void 0?["npx docker-manual start","npx docker-manual test -- npm test"]:["npx docker-manual doctor",RUN[runner]]}var CONFIG=/^docker-manual\.config\./,ENDINGS=["ts","mts","js","mjs","yaml","yml","json"];async function init(context,options){let folder=options.cwd??process.cwd(),spec=await findSpec(options,context.config.env),compose=spec.files.map(file=>relative(folder,file).replaceAll("\\","/")),runner=runnerOf(dependenciesOf(folder)),files=firstFiles(compose,projectBase(options.name??folderName(spec)),runner).map(file=>({...file,done:put(folder,file,options.dryRun===!0)}));return{folder,runner,files,next:nextCommands(runner)}}function put(folder,{path,content},dryRun){let file=join(folder,path);if(isThere(folder,path))return"kept";if(dryRun)return"planned";try{return mkdirSync(dirname(file),{recursive:!0}),writeFileSync(file,content,{flag:"wx"}),"written"}catch(error){if(error.code==="EEXIST")return"kept";throw fileError(error,file)}}function isThere(folder,path){return CONFIG.test(path)?ENDINGS.some(ending=>existsSync(join(folder,`docker-manual.config.${ending}`))):existsSync(join(folder,path))}function dependenciesOf(folder){try{let text=readFileSync(join(folder,"package.json"),"utf8"),{dependencies={},devDependencies={}}=JSON.parse(text);return Object.keys({...dependencies,...devDependencies})}catch{return[]}}export{init};
