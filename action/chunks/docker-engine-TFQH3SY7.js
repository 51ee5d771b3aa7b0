import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{connectEngine}from"./chunk-UEKO4WHF.js";import"./chunk-MI7AGQNZ.js";import"./chunk-GN7WFXFQ.js";import"./chunk-6V7I6SQ6.js";import"./chunk-5X2BMSNY.js";import"./chunk-VRVX2TTX.js";import"./chunk-TDXN5KO3.js";export{connectEngine};
