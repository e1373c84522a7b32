// Loaded first: from now on this process reaches nobody and starts nobody.
"use strict";
const refuse = (what) => () => { throw new Error(`a sealed process must not ${what}`); };
require("net").Socket.prototype.connect = refuse("connect");
require("dgram").Socket.prototype.send = refuse("send");
const dns = require("dns");
for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) dns[name] = refuse("look up a name");
const children = require("child_process");
for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) children[name] = refuse("start another one");
