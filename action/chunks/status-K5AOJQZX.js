import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{poolStatus}from"./chunk-STRQDZRW.js";import"./chunk-DG7H5QEV.js";import"./chunk-DYXFO64H.js";import"./chunk-CQW4U24B.js";import"./chunk-2GHUDBNG.js";import"./chunk-TDXN5KO3.js";export{poolStatus};
