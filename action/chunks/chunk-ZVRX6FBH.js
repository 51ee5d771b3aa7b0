import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
function dotenvLine(name,value){let escaped=value.replaceAll("\\","\\\\").replaceAll('"','\\"').replaceAll(`
`,"\\n").replaceAll("$","\\$");return`${name}="${escaped}"`}export{dotenvLine};
