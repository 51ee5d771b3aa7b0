import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{dockerode_default}from"./chunk-HUPNGQIW.js";import"./chunk-TDXN5KO3.js";export{dockerode_default as default};
