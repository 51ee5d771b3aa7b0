import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{volumes}from"./chunk-RRY3ZWHT.js";import"./chunk-HZ2Q4JP2.js";import"./chunk-LZPKCAAP.js";import"./chunk-PBPC3RI2.js";import"./chunk-AQ3QT5A3.js";import"./chunk-TDXN5KO3.js";export{volumes};
