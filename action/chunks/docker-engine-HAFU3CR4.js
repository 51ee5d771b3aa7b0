import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{connectEngine}from"./chunk-53FHAEWI.js";import"./chunk-WCKM5VBB.js";import"./chunk-MEV2HNN3.js";import"./chunk-DX4YR6WP.js";import"./chunk-5X2BMSNY.js";import"./chunk-U2ZVSS3X.js";import"./chunk-TDXN5KO3.js";export{connectEngine};
