import assert from "node:assert/strict";

import { parseConfig } from "../../../../apps/vault-backup/config";
import { drillArguments, drillFiles, drillVolumes, expectations } from "../../../../components/vault/drill-config";
import { drillServer, drillServerVolumes } from "../../../../components/vault/drill-pod";
import { unsealConfig } from "../../../../components/vault/unseal-config";
import { drillOf, place } from "./drill-fixtures";
import { clusterArgs, vault20 } from "./server-fixtures";

describe("the files of a drill", () => {
  const files = drillFiles(place);

  it("tell the program of one store, with every file where a volume puts it", () => {
    const text = files["config.json"] ?? "";
    const config = parseConfig(JSON.parse(text));
    assert.deepEqual(
      config.stores.map(({ name }) => name),
      ["own"],
    );
    assert.deepEqual([config.jobLease, config.pushgateway, config.deadlineSeconds], [undefined, undefined, 7200]);
    const mounted = drillVolumes(place).mounts.map(({ mountPath }) => mountPath);
    const [store] = config.stores;
    assert.ok(store?.credentials.kind === "keys");
    const { accessKeyIdFile, secretAccessKeyFile } = store.credentials;
    const given = drillArguments(place).filter((argument) => /^\/(?!config)/.test(argument));
    assert.equal(given.length, 3);
    for (const file of [accessKeyIdFile, secretAccessKeyFile, store.caFile ?? "", `${config.spoolFolder}/x`, ...given])
      assert.ok(
        mounted.some((folder) => file.startsWith(`${folder}/`)),
        file,
      );
  });

  it("read the store with the drill's own role where it is at AWS", () => {
    const drill = drillOf({ store: "aws" });
    const config = parseConfig(JSON.parse(drillFiles({ ...place, drill })["config.json"] ?? ""));
    assert.deepEqual(config.stores[0]?.credentials, {
      kind: "webIdentity",
      roleArn: place.roleArn,
      tokenFile: "/aws-token/token",
    });
    assert.ok(drillVolumes({ ...place, drill }).mounts.some(({ mountPath }) => mountPath === "/aws-token"));
    assert.deepEqual(drill.egressPorts, [443, 8443]);
  });

  it("make a server of the same seal and audit devices, on loopback alone, that joins nobody and marks no pod", () => {
    const text = files["server.hcl"] ?? "";
    assert.match(text, /seal "static"/);
    assert.match(text, /audit "file" "file"/);
    assert.match(text, /http_read_timeout = "60m"/);
    assert.deepEqual(
      [...text.matchAll(/^ +address = "(.*)"$/gm)].map(([, address]) => address),
      ["127.0.0.1:8200", "127.0.0.1:8202"],
    );
    assert.doesNotMatch(text, /retry_join|service_registration|tls_disable_client_certs/);
  });

  it("expect what every backup has", () => {
    assert.deepEqual(JSON.parse(files["expect.json"] ?? ""), expectations("secret"));
    assert.deepEqual(expectations("kv"), {
      mounts: ["kv/", "canary/"],
      auth: ["kubernetes/", "vault-drill/"],
      policies: ["platform-admin", "vault-backup", "vault-drill"],
    });
  });
});

describe("the server of a drill", () => {
  const transit = {
    method: "transit",
    address: "https://root.example.com:8443",
    mountPath: "transit",
    keyName: "k",
    tokenSecret: { name: "vault-transit", key: "token" },
    caSecret: { name: "transit-ca", key: "ca.crt" },
  } as const;

  it("has what opens the seal, of any kind", () => {
    const config = unsealConfig(transit, vault20);
    const args = { release: vault20, image: "i", imagePullPolicy: "Always", resources: clusterArgs.resources };
    const server = drillServer({ ...args, dataSize: "1Gi", unseal: config });
    assert.deepEqual(server.env?.at(-1), {
      name: "VAULT_TOKEN",
      valueFrom: { secretKeyRef: { name: "vault-transit", key: "token" } },
    });
    assert.equal(server.command?.[0], "vault");
    assert.ok(server.volumeMounts?.some(({ mountPath }) => mountPath === "/vault/seal/ca"));
    assert.deepEqual(drillServerVolumes({ dataSize: "1Gi", unseal: config }).at(-1), {
      name: "seal-ca",
      secret: { secretName: "transit-ca", defaultMode: 0o440, items: [{ key: "ca.crt", path: "ca.crt" }] },
    });
  });
});
