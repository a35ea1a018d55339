import { strict as assert } from "node:assert";
import { runningDaemon } from "../../sandbox/cluster/processes";
import { figure, github, localOk, state } from "./support/sandbox";

function kill(...names: string[]): void {
  for (const name of names) {
    const daemon = runningDaemon(state(), name);
    assert.ok(daemon, `${name} runs`);
    process.kill(daemon.pid, "SIGKILL");
  }
}

describe("a start after something died", () => {
  it("brings back killed components and keeps queued jobs", async () => {
    const { batch } = await github().queueJobs({ scaleSet: "not-registered-yet", count: 2, seconds: 1 });
    kill("kube-apiserver", "etcd", "containerd", "kubelet", "github");
    const { seconds, output } = await localOk();
    figure(`start after five components were killed: ${seconds.toFixed(0)} s`);
    assert.match(output, /nothing to change/);
    const jobs = await github().jobs({ batch });
    assert.deepEqual(
      jobs.map((job) => job.state),
      ["queued", "queued"],
    );
    for (const job of jobs) await github().cancelJob(job.id);
    await localOk("jobs", "runner-base", "--count", "2", "--seconds", "1");
  });

  it("does so again at once, when those that were not killed still hold what they knew before", async () => {
    kill("kube-apiserver", "etcd", "containerd", "kubelet", "github");
    await localOk();
    await localOk("jobs", "runner-base", "--count", "2", "--seconds", "1");
    for (const name of ["kubelet", "kube-scheduler", "kube-controller-manager"])
      assert.ok(runningDaemon(state(), name), `${name} runs`);
  });

  it("goes on after a reboot: no process and no namespace is left", async () => {
    kill("namespaces", "kubelet", "containerd", "etcd", "kube-apiserver");
    await localOk();
    await localOk("jobs", "runner-base", "--count", "2", "--seconds", "1");
  });

  it("goes on after down", async () => {
    await localOk("down");
    const { output } = await localOk("status");
    assert.match(output, /not running/);
    await localOk();
    await localOk("jobs", "runner-base", "--count", "2", "--seconds", "1");
  });
});
