"use strict";

// src/redirect/preload.cts
var LEASED_ADDRESS = "127.0.0.1";
var LOOPBACK_ADDRESSES = /* @__PURE__ */ new Set(["127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"]);
var LOOPBACK_NAME = /(?:^|\.)localhost\.?$/i;
var INSTALLED = /* @__PURE__ */ Symbol.for("docker-manual.redirect");
function parsePortMap(text) {
  const map = /* @__PURE__ */ new Map();
  const skipped = [];
  for (const entry of text.split(",").map((part) => part.trim())) {
    const [, published, leased] = (/^(\d+)=(\d+)$/.exec(entry) ?? []).map(Number);
    if (isPort(published) && isPort(leased)) map.set(published, leased);
    else if (entry !== "") skipped.push(JSON.stringify(entry));
  }
  if (skipped.length > 0) {
    process.stderr.write(
      `docker-manual: DM_PORT_MAP: not redirected: ${skipped.join(", ")} (wanted: PUBLISHED=LEASED, as in 5432=31222)
`
    );
  }
  return map;
}
function isPort(value) {
  return value !== void 0 && value >= 1 && value <= 65535;
}
function optionsOf([first, second]) {
  if (Array.isArray(first)) return first[0] ?? {};
  if (typeof first === "object" && first !== null) return first;
  return { port: first, host: typeof second === "string" ? second : void 0 };
}
function callbackOf(args) {
  const last = Array.isArray(args[0]) ? args[0][1] : args.at(-1);
  return typeof last === "function" ? [last] : [];
}
function redirect(options, map) {
  const { host, port, path, fd } = options;
  if (path || fd !== void 0 && fd !== null) return void 0;
  const leased = typeof port === "number" || typeof port === "string" ? map.get(Number(port)) : void 0;
  if (leased === void 0) return void 0;
  if (LOOPBACK_ADDRESSES.has(host)) return { ...options, port: leased, host: LEASED_ADDRESS };
  if (!host || typeof host === "string" && LOOPBACK_NAME.test(host)) {
    return { ...options, port: leased, lookup: resolveToLease, autoSelectFamily: false };
  }
  return void 0;
}
var resolveToLease = (_hostname, _options, callback) => {
  process.nextTick(callback, null, LEASED_ADDRESS, 4);
};
function install(map) {
  const { Socket } = require("node:net");
  if (INSTALLED in Socket) return;
  Object.defineProperty(Socket, INSTALLED, { value: true });
  const original = Socket.prototype.connect;
  const connect = function connect2(...args) {
    const redirected = redirect(optionsOf(args), map);
    return redirected ? original.call(this, redirected, ...callbackOf(args)) : original.apply(this, args);
  };
  Socket.prototype.connect = connect;
}
var portMap = parsePortMap(process.env.DM_PORT_MAP ?? "");
if (portMap.size > 0) install(portMap);
