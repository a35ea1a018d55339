import assert from "node:assert/strict";

import { undisturbed } from "../../../components/arc/undisturbed";
import { hookTemplateHash, hookTemplateOf, hookTemplatesOf } from "../../../components/hook-templates";
import { awsRoleOf } from "../../../components/job-account";
import { jobRolesOf } from "../../../components/job-roles";
import { runnerPodTemplate } from "../../../components/runner-pod";
import type { Settings } from "../../../stacks/settings";
import { awsSection } from "../../support/aws";
import { type Changes, settingsOf } from "../../support/settings";

const jobRoles = {
  "actions-runner-role": { ecr: { repositories: ["platform/service"], access: "pull" } },
  deploy: { serviceAccount: "deployer", ssm: { paths: ["/ci"], access: "write" }, maxSessionSeconds: 7200 },
};
const changes: Changes = {
  aws: { ...awsSection, jobRoles },
  scaleSets: {
    "runner-cpu": { job: { awsRole: "actions-runner-role" } },
    "runner-gpu": { mode: "kubernetes-novolume", job: { awsRole: "deploy" } },
    "runner-team": { namespace: "arc-team", minRunners: 0, maxRunners: 1, job: { awsRole: "deploy" } },
  },
};
const settings = settingsOf("dev", changes);

/** A set's hook template, with what `job.awsRole` of the set is said to be. */
function template(name: string, of: Settings = settings) {
  const set = of.scaleSets[name];
  if (!set) throw new Error(`no set ${name}`);
  return { document: hookTemplateOf(name, set, of), hash: hookTemplateHash(name, set, of) };
}

describe("roles of jobs", () => {
  it("belong to the accounts and namespaces of the sets that use them", () => {
    assert.deepEqual(
      jobRolesOf(settings).map(({ statements, ...plan }) => [plan, statements.map(({ Sid }) => Sid)]),
      [
        [
          {
            name: "actions-runner-role",
            serviceAccount: "actions-runner-role",
            namespaces: ["arc-runners-kubernetes"],
          },
          ["RegistryLogin", "PullImages"],
        ],
        [
          {
            name: "deploy",
            serviceAccount: "deployer",
            namespaces: ["arc-runners-kubernetes", "arc-team"],
            maxSessionSeconds: 7200,
          },
          ["WriteParameters"],
        ],
      ],
    );
  });

  it("change one thing in the pod of the job: its account", () => {
    const without = settingsOf("dev");
    const [plain, laid] = [template("runner-cpu", without), template("runner-cpu")];
    assert.equal(plain.document.spec?.["serviceAccountName"], "workflow");
    assert.deepEqual(laid.document, {
      ...plain.document,
      spec: { ...plain.document.spec, serviceAccountName: "actions-runner-role" },
    });
    assert.equal(Reflect.get(laid.document.spec, "automountServiceAccountToken"), false);
    assert.notEqual(laid.hash, plain.hash);
    assert.equal(template("runner-gpu").document.spec?.["serviceAccountName"], "deployer");
    assert.equal(template("runner-highcpu").document.spec?.["serviceAccountName"], "workflow");
  });

  it("are never those of a set with a Docker daemon, whatever its settings say", () => {
    const set = settings.scaleSets["runner-cpu"];
    assert.ok(set);
    assert.equal(awsRoleOf(set), "actions-runner-role");
    assert.equal(awsRoleOf({ ...set, mode: "dind" }), undefined);
  });

  it("never reach the runner's own pod", () => {
    for (const [name, set] of Object.entries(settings.scaleSets)) {
      const pod = runnerPodTemplate(name, set, settings)(`${name}-own`);
      assert.equal(pod.spec.serviceAccountName, `${name}-own`, name);
    }
  });
});

describe("interruptions by node autoscalers", () => {
  it("are held off from the runner's pod and from the job's, in every set and mode", () => {
    const templates = hookTemplatesOf(settings);
    for (const [name, set] of Object.entries(settings.scaleSets)) {
      const runner = runnerPodTemplate(name, set, settings)("account").metadata.annotations;
      const job = templates.get(name)?.document.metadata?.annotations;
      assert.equal(job === undefined, set.mode === "dind", name);
      for (const [key, value] of Object.entries(undisturbed)) {
        assert.equal(runner[key], value, `${name}, runner`);
        if (job) assert.equal(job[key], value, `${name}, job`);
      }
    }
    assert.deepEqual(Object.keys(undisturbed), [
      "cluster-autoscaler.kubernetes.io/safe-to-evict",
      "karpenter.sh/do-not-disrupt",
    ]);
  });
});
