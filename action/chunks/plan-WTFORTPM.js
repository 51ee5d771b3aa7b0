import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{planReset,planSnapshot,planWorker}from"./chunk-4DBLETOQ.js";import"./chunk-ZNOWVWGQ.js";import"./chunk-5X2BMSNY.js";import"./chunk-XYMIU2KI.js";import"./chunk-TDXN5KO3.js";export{planReset,planSnapshot,planWorker};
