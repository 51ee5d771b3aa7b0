import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{connectEngine}from"./chunk-Q4TWZNN6.js";import"./chunk-IYBWJAEU.js";import"./chunk-GZCULKVV.js";import"./chunk-Y67IBGJD.js";import"./chunk-5X2BMSNY.js";import"./chunk-OVJRL3C3.js";import"./chunk-TDXN5KO3.js";export{connectEngine};
