import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{contentOf,identifyBuilds}from"./chunk-AVKR4NE6.js";import"./chunk-OE3N32OA.js";import"./chunk-GZUFO65I.js";import"./chunk-SHMJZFQ5.js";import"./chunk-CBSEO5JJ.js";import"./chunk-TDXN5KO3.js";export{contentOf,identifyBuilds};
