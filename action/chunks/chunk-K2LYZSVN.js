import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
var WAITED_FOR=["ready","healthy","running","completed"];export{WAITED_FOR};
