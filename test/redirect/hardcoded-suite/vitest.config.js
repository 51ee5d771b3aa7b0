export default { test: { include: ['*.test.js'], globals: true } };
