export default { test: { cache: false, include: ['*.test.js'], globals: true, testTimeout: 20_000 } };
