import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { createVaultAlerts, VaultAlerts } from "../../../../components/vault/vault-alerts";
import { vaultRules, type VaultRulesArgs } from "../../../../components/vault/vault-rules";
import { register } from "../../../support/mocks";
import { settingsOf } from "../../../support/settings";
import { vault } from "../../stacks/vault-fixtures";
import { promqlErrors } from "../observability/promql";

const args: VaultRulesArgs = {
  namespace: "vault",
  serverName: "vault",
  replicas: 3,
  volumeMetrics: true,
  runbookBaseUrl: "https://git.example.com/runbooks",
};
const backups: NonNullable<VaultRulesArgs["backups"]> = {
  backup: { cronJob: "vault-backup", maxAgeHours: 192 },
  drill: { cronJob: "vault-drill", maxAgeHours: 800 },
  jobMetrics: true,
  stores: ["home", "away"],
};
const runbooks = join(__dirname, "../../../../docs/runbooks");
const rules = (changes: Partial<VaultRulesArgs> = {}) =>
  vaultRules({ ...args, ...changes }).groups.flatMap((group) => [...group.rules]);

describe("vaultRules", () => {
  it("has an alert for each way in which servers fail", () => {
    assert.deepEqual(
      rules().map(({ alert, labels, for: pause }) => `${alert} ${labels.severity} ${pause}`),
      [
        "VaultSealed critical 5m",
        "VaultMetricsMissing critical 10m",
        "VaultMetricsMissing warning 10m",
        "VaultNoLeader critical 2m",
        "VaultRaftUnhealthy critical 5m",
        "VaultRaftUnhealthy warning 15m",
        "VaultAuditFailure critical 0m",
        "VaultVolumeNearlyFull warning 15m",
      ],
    );
  });

  it("asks for the servers of its own cluster alone", () => {
    for (const { expr } of rules({ namespace: "secrets", serverName: "keys" }))
      assert.ok(expr.includes('job="secrets/keys-servers"') || expr.includes("-keys-[0-9]+"), expr);
  });

  it("expects as many voters as there are servers", () => {
    const expression = (replicas: number) => rules({ replicas }).find(({ for: pause }) => pause === "15m")?.expr ?? "";
    assert.match(expression(3), /failure_tolerance\{[^}]*\}\) < 1 and/);
    assert.match(expression(5), /failure_tolerance\{[^}]*\}\) < 2 and/);
  });

  it("says nothing of volumes where nobody scrapes kubelets", () => {
    assert.deepEqual(
      rules({ volumeMetrics: false }).filter(({ alert }) => alert.includes("Volume")),
      [],
    );
  });

  const ofBackups = (changes: Partial<typeof backups> = {}) =>
    rules({ backups: { ...backups, ...changes } })
      .slice(rules().length)
      .map(({ alert, labels, for: pause }) => `${alert} ${labels.severity} ${pause}`);

  it("has alerts about backups and drills by what is known of them", () => {
    const ofJobs = [
      "VaultBackupTooOld critical 15m",
      "VaultBackupFailed warning 0m",
      "VaultBackupMetricsMissing warning 15m",
    ];
    const ofStores = [
      ...["VaultBackupStoreTooOld critical 15m", "VaultBackupStoreTooOld warning 192h"],
      "VaultBackupSuspicious warning 0m",
    ];
    const ofDrills = ["VaultDrillTooOld warning 15m", "VaultDrillFailed warning 0m"];
    assert.deepEqual(ofBackups(), [...ofJobs, ...ofStores, ...ofDrills]);
    assert.deepEqual(ofBackups({ stores: [] }), [...ofJobs, ...ofDrills]);
    assert.deepEqual(ofBackups({ jobMetrics: false }), [...ofStores]);
    assert.deepEqual(ofBackups({ jobMetrics: false, stores: [] }), []);
  });

  it("is PromQL", () => {
    for (const { expr } of rules({ backups })) assert.deepEqual(promqlErrors(expr), [], expr);
  });

  it("points each alert at its runbook, which exists and says what to do", () => {
    for (const { alert, annotations } of rules({ backups })) {
      assert.equal(annotations.runbook_url, `https://git.example.com/runbooks/${alert}.md`);
      const file = join(runbooks, `${alert}.md`);
      assert.ok(existsSync(file), file);
      const text = readFileSync(file, "utf8");
      assert.match(text, new RegExp(`^# ${alert}\n`));
      for (const heading of ["## What it means", "## What to do"])
        assert.ok(text.includes(`\n${heading}\n`), `${alert}: ${heading}`);
    }
  });
});

describe("VaultAlerts", () => {
  it("registers the rules beside the servers", async () => {
    const registrations = await register(() => new VaultAlerts("vault-alerts", { ...args, labels: { team: "ci" } }));
    const kind = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";
    assert.deepEqual(registrations.list(), [
      `${kind} vault-alerts-rule < vault-alerts`,
      "runner-platform:index:VaultAlerts vault-alerts",
    ]);
    const { metadata, spec } = registrations.get(kind, "vault-alerts-rule").inputs;
    assert.deepEqual(metadata, { name: "vault-alerts", namespace: "vault", labels: { team: "ci" } });
    assert.deepEqual(spec, JSON.parse(JSON.stringify(vaultRules(args))));
  });
});

describe("createVaultAlerts", () => {
  const alerts = (monitoring: object, changes: object = {}) =>
    register(() => {
      const settings = settingsOf("dev", vault(changes, { monitoring }));
      if (settings.vault) createVaultAlerts(settings.vault, settings, {});
    });

  it("makes none unless settings ask for them", async () => {
    assert.deepEqual((await alerts({})).list(), []);
  });

  it("allows backups the age that follows from their schedule", async () => {
    const credentials = {
      kind: "keys",
      accessKeyId: { name: "store", key: "id" },
      secretAccessKey: { name: "store", key: "secret" },
    };
    const store = { endpoint: "https://s3.example.com", bucket: "snapshots", credentials };
    const backup = { schedule: "0 3 * * *", stores: { home: store }, pushgateway: "http://push.monitoring.svc:9091" };
    const monitoring = { podMonitors: true, prometheusRules: true, kubeStateMetricsNamespace: "monitoring" };
    const [rule] = (await alerts(monitoring, { backup })).ofType("kubernetes:monitoring.coreos.com/v1:PrometheusRule");
    const { groups } = rule?.inputs["spec"] as { groups: { rules: { alert: string; expr: string }[] }[] };
    const old = groups.flatMap((group) => group.rules).filter(({ alert }) => alert.endsWith("TooOld"));
    assert.equal(old.length, 3);
    assert.match(old[0]?.expr ?? "", /cronjob="vault-backup"\}\) > 172800$/);
    assert.match(old[1]?.expr ?? "", /\{store=~"home"\}\) > 172800$/);
  });

  it("tells of volumes where kubelets are scraped too", async () => {
    const names = async (monitoring: object) => {
      const [rule] = (await alerts({ podMonitors: true, prometheusRules: true, ...monitoring })).ofType(
        "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
      );
      const { groups } = rule?.inputs["spec"] as { groups: { rules: { alert: string }[] }[] };
      return groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    };
    assert.ok(!(await names({})).includes("VaultVolumeNearlyFull"));
    assert.ok((await names({ kubeStateMetricsNamespace: "monitoring" })).includes("VaultVolumeNearlyFull"));
  });
});
