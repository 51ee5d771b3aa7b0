import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
var POOL_WORK=["fill","status","drain"];export{POOL_WORK};
