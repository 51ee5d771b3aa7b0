import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{require_docker}from"./chunk-2G6LBMJ4.js";import"./chunk-TDXN5KO3.js";export default require_docker();
