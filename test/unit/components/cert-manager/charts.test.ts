import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";

import {
  issuerRef,
  type IssuerSource,
  issuerSpec,
  leafCertificateSpec,
  rootCertificateSpec,
} from "../../../../components/cert-manager/issuer-specs";
import {
  certManagerParts,
  certManagerPorts,
  certManagerReleaseName,
  certManagerValues,
  partLabels,
} from "../../../../components/cert-manager/values";
import { findCharts } from "../../../../sandbox/charts/ensure";
import { renderChart } from "../../../../sandbox/providers/kubernetes/helm";
import type { JsonObject } from "../../../../sandbox/providers/kubernetes/json";
import { builtFolder } from "../../../../sandbox/tools/cache";
import { builtTools } from "../../../../sandbox/tools/catalog";
import { schemaErrors } from "../../../support/custom-resources";
import { acme, install, release, selfSignedCa, vault } from "./fixtures";

interface Rendered {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly { readonly verbs: readonly string[]; readonly resourceNames?: readonly string[] }[];
  readonly spec?: {
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly {
          readonly image: string;
          readonly args: readonly string[];
          readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
        }[];
      };
    };
  };
}

const helm = join(builtFolder(builtTools.helm), "helm");

/** What the real charts make of the values, where an earlier run has fetched them; see `sandbox/charts`. */
for (const version of ["1.21.2", "1.11.5"]) {
  describe(`the real chart of cert-manager ${version}`, () => {
    const chart = findCharts()?.charts.find((each) => each.chart === "cert-manager" && each.version === `v${version}`);
    let text: string;
    let objects: readonly Rendered[];

    before(async function () {
      if (!chart || !existsSync(helm)) return this.skip();
      text = await renderChart(helm, {
        chart: chart.folder,
        release: certManagerReleaseName,
        namespace: "certificates",
        kubeVersion: `v${builtTools.kubernetes.version}`,
        apiVersions: [],
        values: certManagerValues({
          ...install,
          release: release(version),
          namespace: "certificates",
          dns01: true,
        }) as JsonObject,
        valueFiles: [],
        repository: {},
        devel: false,
        dependencyUpdate: false,
        verify: false,
        plainHttp: false,
        skipCrds: false,
      });
      objects = parseAllDocuments(text)
        .map((document) => document.toJS() as Rendered | null)
        .filter((object) => object !== null);
    });

    const pods = () => objects.flatMap(({ spec }) => (spec?.template ? [spec.template] : []));

    it("puts everything into its own namespace, leader election too", () => {
      const namespaces = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
      assert.deepEqual([...new Set(namespaces)], ["certificates"]);
      const elections = pods().flatMap(({ spec }) =>
        spec.containers.flatMap(({ args }) => args.filter((arg) => /leader-election-namespace/.test(arg))),
      );
      assert.deepEqual([...new Set(elections)], ["--leader-election-namespace=certificates"]);
    });

    it("runs the images given, and tells the controller which one answers for ACME", () => {
      const images = pods().flatMap(({ spec }) => spec.containers.map(({ image }) => image));
      const { acmesolver, ...own } = install.images;
      assert.deepEqual(images.sort(), Object.values(own).sort());
      const args = pods().flatMap(({ spec }) => spec.containers.flatMap((container) => container.args));
      assert.ok(args.includes(`--acme-http01-solver-image=${String(acmesolver)}`));
    });

    it("has pods with the labels, ports and account that policies, budgets, monitors and rights are made for", () => {
      for (const part of certManagerParts) {
        const found = pods().filter(({ metadata }) =>
          Object.entries(partLabels(part)).every(([label, value]) => metadata.labels[label] === value),
        );
        assert.equal(found.length, 1, part);
        const ports = found[0]?.spec.containers[0]?.ports ?? [];
        const port = part === "controller" ? certManagerPorts.metrics : certManagerPorts.webhook;
        const name = part === "controller" ? "http-metrics" : "https";
        if (part !== "cainjector")
          assert.ok(
            ports.some((each) => each.name === name && each.containerPort === port),
            part,
          );
        if (part === "controller") assert.equal(found[0]?.spec.serviceAccountName, certManagerReleaseName);
      }
    });

    it("brings all definitions, and keeps them where it can", () => {
      const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
      assert.equal(definitions.length, 6);
      const kept = definitions.filter(({ metadata }) => metadata.annotations?.["helm.sh/resource-policy"] === "keep");
      assert.equal(kept.length, version === "1.11.5" ? 0 : 6);
    });

    it("approves what is listed, where it can be told", () => {
      const approving = objects.flatMap(({ rules }) => rules ?? []).filter(({ verbs }) => verbs.includes("approve"));
      const all = ["issuers.cert-manager.io/*", "clusterissuers.cert-manager.io/*"];
      assert.deepEqual(
        approving.map(({ resourceNames }) => resourceNames),
        [version === "1.11.5" ? all : install.signers],
      );
    });

    it("gives nobody who may edit a namespace the right to make issuers", () => {
      const aggregated = objects.filter(({ metadata }) =>
        Object.keys(metadata.labels ?? {}).some((label) => label.startsWith("rbac.authorization.k8s.io/aggregate-to-")),
      );
      assert.deepEqual(
        aggregated.filter(({ metadata }) => !/cluster-view/.test(metadata.name)).map(({ metadata }) => metadata.name),
        [],
      );
    });

    it("defines every field of the issuers and certificates", () => {
      const known = (kind: string, spec: Record<string, unknown>) =>
        schemaErrors(text, { apiVersion: "cert-manager.io/v1", kind, metadata: { name: "x" }, spec });
      const sources: readonly IssuerSource[] =
        version === "1.11.5" ? [selfSignedCa, { ...acme, dns01: undefined }] : [selfSignedCa, acme, vault];
      for (const source of sources) {
        const spec = issuerSpec("x", source, release(version));
        assert.deepEqual([...known("Issuer", spec), ...known("ClusterIssuer", spec)], [], source.kind);
      }
      const issuer = issuerRef("bootstrap", "certificates");
      const leaf = { secretName: "x", issuer, dnsNames: ["a"], duration: "2160h", renewBefore: "720h" };
      assert.deepEqual(known("Certificate", rootCertificateSpec("x", selfSignedCa, issuer)), []);
      assert.deepEqual(known("Certificate", leafCertificateSpec(leaf)), []);
      assert.deepEqual(known("Certificate", { ...leafCertificateSpec(leaf), rotation: "Always" }), [
        "/spec: unknown field rotation",
      ]);
    });
  });
}
