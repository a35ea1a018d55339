import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { nodeEntries } from "../../../../sandbox/images/node-layer";
import { sharedLibraries } from "../../../../sandbox/images/shared-libraries";

describe("the libraries of a program", () => {
  it("lie in the C library's folder, wherever this machine keeps them, and the loader at its own place", () => {
    const output = `
	linux-vdso.so.1 (0x00007f3d76727000)
	libnode.so.115 => /opt/node/lib/libnode.so.115 (0x00007f3d76711000)
	libstdc++.so.6 => /usr/lib64/libstdc++.so.6 (0x00007f3d76400000)
	libc.so.6 => /lib64/libc.so.6 (0x00007f3d761fe000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f3d76729000)
`;
    assert.deepEqual(sharedLibraries(output), [
      { from: "/lib64/ld-linux-x86-64.so.2", to: "/lib64/ld-linux-x86-64.so.2" },
      { from: "/opt/node/lib/libnode.so.115", to: "/lib64/libnode.so.115" },
      { from: "/usr/lib64/libstdc++.so.6", to: "/lib64/libstdc++.so.6" },
      { from: "/lib64/libc.so.6", to: "/lib64/libc.so.6" },
    ]);
  });

  it("are one file with musl, whose C library is its loader", () => {
    const output = `
	/lib/ld-musl-x86_64.so.1 (0x7f0000000000)
	libstdc++.so.6 => /usr/lib/libstdc++.so.6 (0x7f1000000000)
	libc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f0000000000)
`;
    assert.deepEqual(sharedLibraries(output), [
      { from: "/lib/ld-musl-x86_64.so.1", to: "/lib/ld-musl-x86_64.so.1" },
      { from: "/usr/lib/libstdc++.so.6", to: "/lib/libstdc++.so.6" },
    ]);
  });

  it("are none for a program that is linked statically", () => {
    assert.deepEqual(sharedLibraries("\tstatically linked\n"), []);
    assert.deepEqual(sharedLibraries(""), []);
  });

  it("are named when they are missing", () => {
    assert.throws(
      () =>
        sharedLibraries("\tlibuv.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x1)\n\tlibicu.so.7 => not found\n"),
      { message: "ldd does not find libuv.so.1, libicu.so.7: is the program installed completely?" },
    );
  });
});

describe("the layer with Node.js", () => {
  it("holds the Node.js that runs this, at the place of the real image, and files that exist", () => {
    const entries = nodeEntries();
    assert.deepEqual(entries.at(-1), { path: "usr/local/bin/node", from: process.execPath });
    const paths = entries.map(({ path }) => path);
    assert.deepEqual([...new Set(paths)], paths);
    for (const entry of entries) if ("from" in entry) assert.ok(existsSync(entry.from), entry.from);
    for (const path of paths) assert.ok(!path.startsWith("/"), path);
  });
});
