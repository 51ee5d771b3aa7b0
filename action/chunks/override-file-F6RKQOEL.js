import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{imagesIn,renderOverride,withImages}from"./chunk-AQEUOMWZ.js";import"./chunk-CBSEO5JJ.js";import"./chunk-N4LHGJII.js";import"./chunk-TDXN5KO3.js";export{imagesIn,renderOverride,withImages};
