import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{ensureWatchdog}from"./chunk-IH4IVQGY.js";import"./chunk-LZPKCAAP.js";import"./chunk-PBPC3RI2.js";import"./chunk-AQ3QT5A3.js";import"./chunk-TDXN5KO3.js";export{ensureWatchdog};
