// The real AWS SDK for JavaScript v3 on a virtual clock: what it fetched and which calls failed. Cases come as JSON on
// standard input; argument 1 is the folder of node_modules. The modules are read from the packages as they are.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = process.argv[2];
const load = (...files) => {
  const text = files.map((file) => readFileSync(join(root, file), "utf8").replace(/^import .*$/gm, "")).join("\n");
  return import("data:text/javascript," + encodeURIComponent(text));
};
const { memoizeChain } = await load("@aws-sdk/credential-provider-node/dist-es/runtime/memoize-chain.js");
const { credentialsTreatedAsExpired } = (await import(`file://${join(root, "@aws-sdk/credential-provider-node/dist-cjs/index.js")}`)).default;
const identity = await load("@smithy/core/dist-es/legacy-root-exports/util-identity-and-auth/memoizeIdentityProvider.js");
const imds = "@smithy/credential-provider-imds/dist-es/utils/";
const { staticStabilityProvider } = await load(imds + "getExtendedInstanceMetadataCredentials.js", imds + "staticStabilityProvider.js");

let now = 0;
let drawn = [];
Date.now = () => now * 1000;
Math.random = () => drawn.shift() ?? 0;
const quiet = { warn() {} };
const settled = () => new Promise((done) => setImmediate(done));

function expiry(c) {
  if (c.kind !== "imds") return Math.floor(now) + c.session_s;
  const number = Math.floor((now - c.phase_s) / c.offered_every_s);
  return Math.floor(c.phase_s + number * c.offered_every_s) + c.life_s;
}

function provider(c, trace) {
  const fetch = async () => {
    if (c.failing.some(([start, stop]) => start <= now && now < stop)) {
      trace.failed_attempts.push(now);
      throw new Error("the stub is down");
    }
    trace.issued.push(now);
    return { accessKeyId: "key-000001-1", secretAccessKey: "dummy", expiration: new Date(expiry(c) * 1000) };
  };
  if (c.kind === "explicit") return identity.memoizeIdentityProvider(fetch, identity.isIdentityExpired, identity.doesIdentityRequireRefresh);
  const source = c.kind === "imds" ? staticStabilityProvider(fetch, { logger: quiet }) : fetch;
  return memoizeChain([source], credentialsTreatedAsExpired);
}

const told = [];
for (const c of JSON.parse(readFileSync(0, "utf8"))) {
  const trace = { issued: [], failed_attempts: [], failed_calls: [] };
  drawn = [...c.draws];
  const credentials = provider(c, trace);
  for (now of c.calls) {
    try { await credentials(); } catch { trace.failed_calls.push(now); }
    await settled();
  }
  told.push(trace);
}
process.stdout.write(JSON.stringify(told));
