import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{connectEngine}from"./chunk-IUDSS3JM.js";import"./chunk-JCR4WYVL.js";import"./chunk-5XJ2WNV4.js";import"./chunk-GJW5KYIW.js";import"./chunk-5X2BMSNY.js";import"./chunk-AN3FDHT4.js";import"./chunk-TDXN5KO3.js";export{connectEngine};
