import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
var KINDS=["test","dev","prod"],LASTING={keepsVolumes:!0,defaults:{portMode:"stable",ttl:null}},POLICIES={test:{keepsVolumes:!1,defaults:{}},dev:LASTING,prod:LASTING};export{KINDS,POLICIES};
