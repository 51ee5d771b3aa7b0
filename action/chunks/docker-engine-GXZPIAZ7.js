import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{connectEngine}from"./chunk-3PE5AOWM.js";import"./chunk-V7ONTUVR.js";import"./chunk-AQKWMKJU.js";import"./chunk-TY3RRQWM.js";import"./chunk-5X2BMSNY.js";import"./chunk-J5PCV5XC.js";import"./chunk-TDXN5KO3.js";export{connectEngine};
