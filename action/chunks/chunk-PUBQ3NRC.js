import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{shownOnOneLine}from"./chunk-LFLHEBEL.js";function table(cells){let rows=cells.map(row=>row.map(shownOnOneLine)),widths=(rows[0]??[]).map((_,column)=>Math.max(...rows.map(row=>row[column]?.length??0)));return rows.map(row=>row.map((cell,i)=>i===row.length-1?cell:cell.padEnd(widths[i]??0)).join("  ")).join(`
`)}export{table};
