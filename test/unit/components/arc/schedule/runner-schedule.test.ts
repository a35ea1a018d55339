import assert from "node:assert/strict";

import * as k8s from "@pulumi/kubernetes";

import { RunnerSchedule } from "../../../../../components/arc/runner-schedule";
import type { ScheduleConfig } from "../../../../../components/arc/schedule/config";
import { register, type Registrations } from "../../../../support/mocks";

const kinds = {
  configMap: "kubernetes:core/v1:ConfigMap",
  deployment: "kubernetes:apps/v1:Deployment",
  role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  binding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  account: "kubernetes:core/v1:ServiceAccount",
};

const day = { name: "day", start: "0 9 * * 1-5", end: "0 18 * * 1-5", timeZone: "Asia/Seoul", minRunners: 5 };
const night = { name: "night", start: "0 22 * * *", end: "0 6 * * *", timeZone: "Europe/Berlin", maxRunners: 2 };

function schedule(preview = false): Promise<Registrations> {
  const set = (name: string) => new k8s.core.v1.ConfigMap(`${name}-scale-set`);
  return register(
    () =>
      new RunnerSchedule("runner-schedule", {
        namespace: "arc-systems",
        nodeImage: "registry/node:22",
        imagePullPolicy: "IfNotPresent",
        resources: { requests: { cpu: "10m", memory: "64Mi" } },
        sets: [
          { name: "b", namespace: "ks", minRunners: 1, maxRunners: 9, windows: [day, night], scaleSet: set("b") },
          { name: "c", namespace: "dind", minRunners: 0, maxRunners: 3, windows: [night], scaleSet: set("c") },
          { name: "a", namespace: "ks", minRunners: 2, maxRunners: 4, windows: [day], scaleSet: set("a") },
        ],
      }),
    { preview },
  );
}

describe("RunnerSchedule", () => {
  for (const preview of [false, true]) {
    it(`registers program, identity and rights per namespace${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await schedule(preview);
      assert.deepEqual(
        registrations.list().filter((line) => !line.endsWith("-scale-set")),
        [
          `${kinds.deployment} runner-schedule-app-deployment < runner-schedule-app`,
          `${kinds.configMap} runner-schedule-app-code < runner-schedule-app`,
          `${kinds.configMap} runner-schedule-app-config < runner-schedule-app`,
          `${kinds.account} runner-schedule-service-account < runner-schedule`,
          `${kinds.role} runner-schedule-role-dind < runner-schedule`,
          `${kinds.role} runner-schedule-role-ks < runner-schedule`,
          `${kinds.binding} runner-schedule-role-binding-dind < runner-schedule`,
          `${kinds.binding} runner-schedule-role-binding-ks < runner-schedule`,
          "runner-platform:index:NodeApp runner-schedule-app < runner-schedule",
          "runner-platform:index:RunnerSchedule runner-schedule",
        ].sort(),
      );
    });
  }

  it("may read and patch the scheduled sets of a namespace by name, and nothing else", async () => {
    const registrations = await schedule();
    const role = registrations.get(kinds.role, "runner-schedule-role-ks");
    assert.deepEqual(role.inputs["metadata"], { name: "runner-schedule", namespace: "ks" });
    assert.deepEqual(role.inputs["rules"], [
      {
        apiGroups: ["actions.github.com"],
        resources: ["autoscalingrunnersets"],
        resourceNames: ["a", "b"],
        verbs: ["get", "patch"],
      },
    ]);
    const { inputs } = registrations.get(kinds.binding, "runner-schedule-role-binding-dind");
    assert.deepEqual(inputs["metadata"], { name: "runner-schedule", namespace: "dind" });
    assert.deepEqual(inputs["subjects"], [
      { kind: "ServiceAccount", name: "runner-schedule", namespace: "arc-systems" },
    ]);
    assert.deepEqual(inputs["roleRef"], {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "runner-schedule",
    });
  });

  it("gives the program the schedules, sorted, with what each window leaves out left out", async () => {
    const registrations = await schedule();
    const { data } = registrations.get(kinds.configMap, "runner-schedule-app-config").inputs as {
      data: Record<string, string>;
    };
    assert.deepEqual(Object.keys(data), ["schedule.json"]);
    const { sets } = JSON.parse(data["schedule.json"] ?? "") as ScheduleConfig;
    assert.deepEqual(sets, [
      { name: "c", namespace: "dind", base: { minRunners: 0, maxRunners: 3 }, windows: [night] },
      { name: "a", namespace: "ks", base: { minRunners: 2, maxRunners: 4 }, windows: [day] },
      { name: "b", namespace: "ks", base: { minRunners: 1, maxRunners: 9 }, windows: [day, night] },
    ]);
  });

  it("starts the program after all its sets and rights, and ends it before them", async () => {
    const { dependencies } = (await schedule()).get("runner-platform:index:NodeApp", "runner-schedule-app");
    assert.deepEqual(dependencies, [
      "a-scale-set",
      "b-scale-set",
      "c-scale-set",
      "runner-schedule-role-binding-dind",
      "runner-schedule-role-binding-ks",
    ]);
  });
});
