import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { reloaderContainer, rotatorContainer, unsealerContainer } from "../../../../components/vault/server-side-cars";
import type { Container } from "../../../../components/pod";

const image = { image: "registry/node:20", imagePullPolicy: "IfNotPresent", codeConfigMap: "code" };
const variables = ({ env = [] }: Container) => Object.fromEntries(env.map(({ name, value }) => [name, value]));
const source = (app: string) => readFileSync(join(__dirname, `../../../../apps/${app}/main.ts`), "utf8");

describe("side-cars of the servers", () => {
  it("watch the certificate where the server has it, and know what the server is called", () => {
    const container = reloaderContainer(image, "vault");
    assert.deepEqual(container.command, ["node", "/app/main.cjs"]);
    assert.deepEqual(variables(container), {
      CERTIFICATE_FOLDER: "/vault/tls",
      PROGRAM: "vault",
      INTERVAL_SECONDS: "60",
    });
  });

  it("rotate the audit log where the server has it", () => {
    const container = rotatorContainer({ ...image, maxBytes: 1000, files: 3 }, "bao");
    assert.deepEqual(container.command, ["node", "/app/main.cjs"]);
    assert.deepEqual(variables(container), {
      AUDIT_FOLDER: "/vault/audit",
      AUDIT_FILE: "audit.log",
      MAX_BYTES: "1000",
      FILES: "3",
      PROGRAM: "bao",
      INTERVAL_SECONDS: "30",
    });
  });

  it("unseal the server of their own pod from the mounted shares", () => {
    const container = unsealerContainer(image);
    assert.deepEqual(container.command, ["node", "/app/main.cjs", "unseal"]);
    assert.deepEqual(variables(container), {
      VAULT_UNSEAL_ADDRESS: "https://127.0.0.1:8200",
      VAULT_CA_FILE: "/vault/tls/ca.crt",
      VAULT_SHARES_FOLDER: "/vault/recovery",
    });
  });

  it("get the variables that their programs read", () => {
    for (const [app, container] of [
      ["vault-tls-reload", reloaderContainer(image, "vault")],
      ["vault-audit-rotate", rotatorContainer({ ...image, maxBytes: 1000, files: 3 }, "bao")],
      ["vault-init", unsealerContainer(image)],
    ] as const)
      for (const name of Object.keys(variables(container))) assert.ok(source(app).includes(`"${name}"`), name);
  });
});
