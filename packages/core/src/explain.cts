/** @ts-ignore Under `module: node16` TypeScript does not know yet that Node can require an ES module. */
import door = require('./explain.ts')

export = door
