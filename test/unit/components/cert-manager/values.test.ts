import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import Ajv from "ajv";
import { parse } from "yaml";

import { builtFolder } from "../../../../sandbox/tools/cache";
import { builtTools } from "../../../../sandbox/tools/catalog";
import { certManagerValues, type CertManagerValuesArgs } from "../../../../components/cert-manager/values";
import { install, release, resources } from "./fixtures";

const args: CertManagerValuesArgs = { ...install, release: release("1.21.2"), namespace: "cert-manager", dns01: true };

const container = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
const spread = (component: string) => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: "kubernetes.io/hostname",
          labelSelector: {
            matchLabels: { "app.kubernetes.io/component": component, "app.kubernetes.io/instance": "cert-manager" },
          },
        },
      },
    ],
  },
});

describe("certManagerValues", () => {
  it("sets what the chart of 1.21 is to be told, and nothing else", () => {
    const part = (component: "controller" | "webhook" | "cainjector", tag = "v1.21.2") => ({
      replicaCount: 2,
      image: { repository: `registry/${component}`, tag, pullPolicy: "IfNotPresent" },
      resources: resources[component],
      containerSecurityContext: container,
      affinity: spread(component),
    });
    assert.deepEqual(certManagerValues({ ...args, pullSecret: "registry" }), {
      crds: { enabled: true, keep: true },
      global: {
        leaderElection: { namespace: "cert-manager" },
        rbac: { create: true, aggregateClusterRoles: false },
        imagePullSecrets: [{ name: "registry" }],
      },
      ...part("controller"),
      acmesolver: { image: { repository: "registry/acmesolver", tag: "v1.21.2" } },
      approveSignerNames: ["issuers.cert-manager.io/cert-manager.bootstrap"],
      dns01RecursiveNameserversOnly: true,
      webhook: { ...part("webhook", "v1.21.2@sha256:abc"), securePort: 10_250 },
      cainjector: { enabled: true, ...part("cainjector") },
      startupapicheck: { enabled: false },
      prometheus: { enabled: true },
    });
  });

  it("brings the definitions of 1.11 by its own switch, and tells it nothing about approval and name servers", () => {
    const values = certManagerValues({ ...args, release: release("1.11.5") });
    assert.equal(values["installCRDs"], true);
    for (const key of ["crds", "approveSignerNames", "dns01RecursiveNameserversOnly"]) assert.ok(!(key in values), key);
  });

  it("spreads no single replica, and leaves the chart its own list of signers where none is given", () => {
    const values = certManagerValues({ ...args, replicas: 1, signers: undefined, dns01: false });
    assert.equal("affinity" in values, false);
    assert.equal("approveSignerNames" in values, false);
    assert.equal("dns01RecursiveNameserversOnly" in values, false);
  });

  it("lets the definitions go with the chart when they are not to be kept", () => {
    assert.deepEqual(certManagerValues({ ...args, keepDefinitions: false })["crds"], { enabled: true, keep: false });
  });

  /** The schema of 1.21.2, where Go's module cache has it; it allows no value that the chart does not know. */
  const modules =
    process.env["GOMODCACHE"] ?? join(process.env["GOPATH"] ?? join(process.env["HOME"] ?? "", "go"), "pkg", "mod");
  const schemaFile = join(
    modules,
    "github.com/cert-manager/cert-manager@v1.21.2/deploy/charts/cert-manager/values.schema.json",
  );

  it("passes the schema of the real chart 1.21.2", function () {
    if (!existsSync(schemaFile)) this.skip();
    const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schemaFile, "utf8")) as object);
    for (const given of [args, { ...args, replicas: 1, signers: undefined, pullSecret: "registry", dns01: false }]) {
      validate(certManagerValues(given));
      assert.deepEqual(validate.errors ?? [], []);
    }
    validate({ ...certManagerValues(args), replicas: 2 });
    assert.equal(validate.errors?.length, 1, "the schema does refuse what the chart does not know");
  });

  it("names only keys of the real chart 1.11.5", function () {
    const file = join(builtFolder(builtTools.certManager), "chart-source", "values.yaml");
    if (!existsSync(file)) this.skip();
    const known = parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const given = certManagerValues({ ...args, release: release("1.11.5") });
    assert.deepEqual(unknownKeys(given, known), []);
  });
});

/** Values that the chart has defaults for as plain values, lists or empty maps; what is below those is anybody's. */
function unknownKeys(
  values: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, unknown>>,
  path = "",
): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const at = `${path}${key}`;
    // Commented out in values.yaml, because the release fills it in.
    if (key === "tag") return [];
    if (!(key in known)) return [at];
    const below = known[key];
    return isMap(value) && isMap(below) && Object.keys(below).length > 0 && !/SecurityContext$/.test(key)
      ? unknownKeys(value, below, `${at}.`)
      : [];
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
