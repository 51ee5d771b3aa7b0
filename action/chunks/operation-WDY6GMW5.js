import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{asOperation,runningOperation}from"./chunk-QU6L5PEY.js";import"./chunk-TDXN5KO3.js";export{asOperation,runningOperation};
