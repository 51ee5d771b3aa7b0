import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{connectEngine}from"./chunk-NVVH3E6V.js";import"./chunk-KJQIRXWR.js";import"./chunk-ZIVHL22C.js";import"./chunk-JNQR4E65.js";import"./chunk-5X2BMSNY.js";import"./chunk-XYMIU2KI.js";import"./chunk-TDXN5KO3.js";export{connectEngine};
