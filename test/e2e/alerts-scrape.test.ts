import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { stringify } from "yaml";
import { z } from "zod";
import {
  controllerMonitorSpec,
  listenerMonitorSpec,
  type PodMonitorSpec,
  type Relabeling,
} from "../../components/arc/pod-monitors";
import { release } from "../support/fixtures";
import { freePort } from "../support/free-port";
import { ensurePrometheus } from "./support/prometheus";

const scope = 'enterprise="",organization="acme",repository=""';

/** What the controller exports: the gauges of runners are called by the set, that of listeners by the listener. */
const controllerText = `
gha_controller_running_listeners{name="runner-base-754b578d-listener",namespace="arc-systems",${scope}} 1
gha_controller_failed_ephemeral_runners{name="runner-base",namespace="arc-runners-dind",${scope}} 2
`;

/** What a listener of ARC 0.6.1 exports after jobs of two names. */
const listenerText = `
gha_desired_runners{name="runner-base-x7k2p",namespace="arc-runners-dind",${scope}} 4
gha_started_jobs_total{${scope},job_name="build",job_workflow_ref="a@refs/heads/x",event_name="push"} 3
gha_started_jobs_total{${scope},job_name="test",job_workflow_ref="a@refs/heads/y",event_name="push"} 4
gha_job_startup_duration_seconds_bucket{${scope},event_name="push",le="+Inf"} 7
gha_job_startup_duration_seconds_count{${scope},event_name="push"} 7
gha_job_execution_duration_seconds_bucket{${scope},job_name="build",job_workflow_ref="a@refs/heads/x",event_name="push",job_result="succeeded",le="+Inf"} 3
gha_job_execution_duration_seconds_count{${scope},job_name="build",job_workflow_ref="a@refs/heads/x",event_name="push",job_result="succeeded"} 3
`;

const resultSchema = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** These tests need no cluster: a real Prometheus scrapes two made-up pods by the rules of the PodMonitors. */
describe("the PodMonitors, as Prometheus applies them,", () => {
  const folder = mkdtempSync(join(tmpdir(), "runner-platform-scrape-"));
  const servers: Server[] = [];
  let prometheus: ChildProcess | undefined;
  let address = "";

  before(async () => {
    const controller = await serve(controllerText);
    const listener = await serve(listenerText);
    const labels = { __meta_kubernetes_pod_label_actions_github_com_scale_set_name: "runner-base" };
    const listenerSpec = listenerMonitorSpec(release("0.6.1"));
    const file = join(folder, "prometheus.yaml");
    const labelsOnly: PodMonitorSpec = {
      selector: { matchLabels: {} },
      podMetricsEndpoints: [{ port: "metrics", path: "/metrics" }],
    };
    writeFileSync(
      file,
      stringify({
        global: { scrape_interval: "1s", scrape_timeout: "1s" },
        scrape_configs: [
          scrapeConfig("arc-systems/arc-controller-metrics", controller, {}, controllerMonitorSpec({})),
          scrapeConfig("arc-systems/arc-listener-metrics", listener, labels, listenerSpec),
          {
            ...scrapeConfig("labels-dropped", listener, labels, labelsOnly),
            metric_relabel_configs: [{ action: "labeldrop", regex: "job_name|job_workflow_ref|event_name" }],
          },
        ],
      }),
    );
    address = `127.0.0.1:${await freePort()}`;
    const { prometheus: program } = await ensurePrometheus();
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
    ];
    prometheus = spawn(program, args, { stdio: "ignore" });
    await until(async () => (await query("count(up == 1)"))[0]?.value === "3");
  });

  after(async () => {
    if (prometheus?.exitCode === null) {
      prometheus.kill();
      await once(prometheus, "exit");
    }
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(text: string): Promise<string> {
    const server = createServer((_, response) => response.end(text.trimStart()));
    servers.push(server);
    return new Promise((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)),
    );
  }

  async function query(expression: string): Promise<{ metric: Record<string, string>; value: string }[]> {
    try {
      const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = resultSchema.parse(await response.json());
      return data.result.map(({ metric, value }) => ({ metric, value: value[1] }));
    } catch {
      return [];
    }
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error("Prometheus did not scrape within a minute");
      await setTimeout(200);
    }
  }

  it("give the controller's series the scale set, and leave the namespace to the pod that is scraped", async () => {
    for (const [metric, namespace, value] of [
      ["gha_controller_running_listeners", "arc-systems", "1"],
      ["gha_controller_failed_ephemeral_runners", "arc-runners-dind", "2"],
    ]) {
      const [series] = await query(`${metric ?? ""}{namespace="arc-systems",scale_set="runner-base"}`);
      assert.equal(series?.metric["exported_namespace"], namespace);
      assert.equal(series?.value, value);
    }
  });

  it("give the listener's series the scale set, and its target too", async () => {
    const [desired] = await query('gha_desired_runners{namespace="arc-systems",scale_set="runner-base"}');
    assert.equal(desired?.value, "4");
    const [up] = await query('up{job="arc-systems/arc-listener-metrics",scale_set="runner-base"}');
    assert.equal(up?.value, "1");
  });

  it("keep the series that alerts need, and none that grows with workflows", async () => {
    const kept = await query('count by (__name__) ({job="arc-systems/arc-listener-metrics",__name__=~"gha_.*"})');
    assert.deepEqual(kept.map(({ metric }) => metric["__name__"]).sort(), [
      "gha_desired_runners",
      "gha_job_startup_duration_seconds_bucket",
      "gha_job_startup_duration_seconds_count",
    ]);
  });

  it("drop whole series because without those labels Prometheus keeps one of several and loses the rest", async () => {
    const [jobs] = await query('sum(gha_started_jobs_total{job="labels-dropped"})');
    // 3 and 4 jobs started. Were this 7, dropping the labels would do.
    assert.match(jobs?.value ?? "", /^[34]$/);
  });
});

/** The scrape configuration that the operator derives from an endpoint of a PodMonitor, as far as it is used here. */
function scrapeConfig(
  job: string,
  target: string,
  podLabels: Record<string, string>,
  spec: PodMonitorSpec,
): Record<string, unknown> {
  const [endpoint] = spec.podMetricsEndpoints;
  return {
    job_name: job,
    metrics_path: endpoint?.path,
    static_configs: [{ targets: [target], labels: { namespace: "arc-systems", ...podLabels } }],
    relabel_configs: (endpoint?.relabelings ?? []).map(relabelConfig),
    metric_relabel_configs: (endpoint?.metricRelabelings ?? []).map(relabelConfig),
  };
}

function relabelConfig({ sourceLabels, targetLabel, ...same }: Relabeling): Record<string, unknown> {
  return { ...same, source_labels: sourceLabels, ...(targetLabel !== undefined && { target_label: targetLabel }) };
}
