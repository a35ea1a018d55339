import assert from "node:assert/strict";

import { type Changes, messageOf, settingsOf } from "../../support/settings";

/** A scale set that changes some of `runner-cpu`, `runner-gpu` or another of the seven. */
const set = (name: string, changes: object): Changes => ({ scaleSets: { [name]: changes } });

describe("settings of pools, caches, namespaces and networks that are wrong", () => {
  const cases: readonly (readonly [string, Changes, readonly string[]])[] = [
    [
      "a pool that does not exist",
      set("runner-cpu", { pool: "large-memroy" }),
      [
        'scaleSets.runner-cpu.pool: given "large-memroy"; allowed: one of pools: general, large-memory, gpu, fpga; fix: did you mean large-memory?',
      ],
    ],
    [
      "a cache that does not exist",
      set("runner-cpu", { job: { caches: ["maven"] } }),
      [
        'scaleSets.runner-cpu.job.caches: given "maven"; allowed: one of caches: huggingface, ccache, uv; fix: add it to caches',
      ],
    ],
    [
      "more jobs than GPUs",
      set("runner-gpu", { maxRunners: 4 }),
      [
        "pools.gpu: its sets may run 4 jobs at a time (runner-gpu 4); allowed: 3: 3 nodes with 1 devices each; fix: lower maxRunners of these sets, or correct nodes and device.perNode",
      ],
    ],
    [
      "two sets that together exceed the GPUs",
      set("runner-hybrid", { pool: "gpu" }),
      [
        "pools.gpu: its sets may run 7 jobs at a time (runner-gpu 3, runner-hybrid 4); allowed: 3: 3 nodes with 1 devices each; fix: lower maxRunners of these sets, or correct nodes and device.perNode",
      ],
    ],
    [
      "jobs of which a node serves only one although it has three devices",
      { pools: { gpu: { nodes: 2, device: { perNode: 3 } } }, ...set("runner-gpu", { job: { devices: 2 } }) },
      [
        "pools.gpu: its sets may run 3 jobs at a time (runner-gpu 3); allowed: 2: 2 nodes with 3 devices each with 2 devices a job; fix: lower maxRunners of these sets, or correct nodes and device.perNode",
      ],
    ],
    [
      "a job with more devices than a node has",
      set("runner-gpu", { job: { devices: 2 } }),
      ["scaleSets.runner-gpu.job.devices: given 2; allowed: at most 1, which a node of pool gpu has"],
    ],
    [
      "devices of a pool that has none",
      set("runner-cpu", { job: { devices: 1 } }),
      [
        "scaleSets.runner-cpu.job.devices: given 1; allowed: nothing: pool large-memory has no device; fix: choose another pool, or add pools.large-memory.device",
      ],
    ],
    [
      "devices on an unknown number of nodes",
      { pools: { gpu: { nodes: null } } },
      ["pools.gpu.nodes: not set, but device is; allowed: how many nodes the pool has"],
    ],
    [
      "a Docker daemon on a pool with devices",
      set("runner-base", { pool: "fpga" }),
      [
        'scaleSets.runner-base.pool: given "fpga"; allowed: a pool without a device: a Docker daemon requests none, so its jobs would share those of others; fix: use mode kubernetes, or a pool of its own without device',
      ],
    ],
    [
      "sets that share devices from two namespaces, where runners are not counted together",
      {
        pools: { gpu: { nodes: 4 } },
        scaleSets: { "runner-gpu-2": { pool: "gpu", namespace: "arc-gpu", minRunners: 0, maxRunners: 1 } },
      },
      [
        'scaleSets.runner-gpu-2.namespace: given "arc-gpu"; allowed: the namespace of runner-gpu, which uses the devices of pool gpu too',
      ],
    ],
    [
      "a folder of the node under the Pod Security level baseline",
      {
        namespaces: { kubernetesPodSecurity: "baseline" },
        caches: { uv: { perRunner: null, volume: { kind: "emptyDir", path: null } } },
      },
      [
        'caches.ccache.volume.kind: given "hostPath"; allowed: claim or emptyDir: the Pod Security level baseline refuses folders of the node; fix: or set namespaces.kubernetesPodSecurity to privileged',
      ],
    ],
    [
      "keys of another kind of volume",
      { caches: { ccache: { volume: { claimName: "ccache" } } } },
      [
        'caches.ccache.volume.claimName: given "ccache"; allowed: nothing with kind hostPath: it belongs to kind claim; fix: a value from the layers below is taken away by null',
      ],
    ],
    [
      "a claim to be made of unknown size",
      { caches: { huggingface: { volume: { storageClassName: "cephfs" } } } },
      [
        "caches.huggingface.volume.size: not set; allowed: storageClassName and size together make the claim; without both it has to be there already",
      ],
    ],
    [
      "a folder of the node without path, and a claim without name",
      {
        caches: {
          ccache: { volume: { path: null } },
          huggingface: { volume: { claimName: null } },
        },
      },
      [
        "caches.huggingface.volume.claimName: not set; allowed: the name of the claim, with kind claim",
        "caches.ccache.volume.path: not set; allowed: the folder of the node, with kind hostPath",
      ],
    ],
    [
      "a folder for each runner of a volume that each runner has anyway",
      { caches: { uv: { perRunner: true, volume: { kind: "emptyDir", path: null } } } },
      ["caches.uv.perRunner: given true; allowed: nothing with kind emptyDir: every job has its own anyway"],
    ],
    [
      "jobs in the controller's namespace",
      { namespaces: { kubernetes: "arc-systems" } },
      [
        'namespaces.kubernetes: given "arc-systems"; allowed: another namespace than namespaces.controller: its jobs are not trusted with the controller\'s rights',
      ],
    ],
    [
      "jobs in the namespace of privileged daemons",
      { namespaces: { kubernetes: "arc-runners-dind" } },
      ['namespaces.kubernetes: given "arc-runners-dind"; allowed: another namespace than namespaces.dind'],
    ],
    [
      "a set that chooses a namespace of another trust",
      set("runner-cpu", { namespace: "arc-runners-dind" }),
      ['scaleSets.runner-cpu.namespace: given "arc-runners-dind"; allowed: a namespace of no other trust'],
    ],
    [
      "a namespace of their own for sets of both trusts",
      { scaleSets: { "runner-cpu": { namespace: "team" }, "runner-base": { namespace: "team" } } },
      [
        'scaleSets.runner-base.namespace: given "team"; allowed: another namespace than that of runner-cpu, which has mode kubernetes',
        'scaleSets.runner-cpu.namespace: given "team"; allowed: another namespace than that of runner-base, which has mode dind',
      ],
    ],
    [
      "a destination that would open instance metadata",
      { network: { destinations: { cloud: { cidrs: ["169.254.0.0/16"], ports: [80] } } } },
      [
        'network.destinations.cloud.cidrs: given "169.254.0.0/16"; allowed: ranges without 169.254.169.254/32, which network.blockedCidrs closes; fix: name smaller ranges',
      ],
    ],
    [
      "a destination without target, with two, and with a name that is taken",
      {
        network: {
          destinations: {
            vault: { ports: [8200] },
            proxy: { namespace: "proxy", cidrs: ["10.0.0.1/32"], ports: [3128] },
            dns: { cidrs: ["10.0.0.2/32"], ports: [53] },
          },
        },
      },
      [
        "network.destinations.vault: names no target, or two; allowed: exactly one of namespace and cidrs",
        "network.destinations.proxy: names no target, or two; allowed: exactly one of namespace and cidrs",
        'network.destinations.dns: given "dns"; allowed: a DNS label of at most 57 characters, and none of dns, outbound, api-server, metrics',
      ],
    ],
    [
      "an impossible address range",
      { network: { destinations: { registry: { cidrs: ["10.0.0.0/40"], ports: [443] } } } },
      ['network.destinations.registry.cidrs: given "10.0.0.0/40"; allowed: an address range such as 10.20.0.0/16'],
    ],
    [
      "registry credentials that no Secret is named for",
      { registryCredentials: { auths: {} } },
      [
        "registry.pullSecret: not set, but registryCredentials is; allowed: the name of the Secret that the credentials are put into",
      ],
    ],
    [
      "registry credentials of another form, which are hidden",
      { registryCredentials: "user:password", registry: { pullSecret: "registry" } },
      [
        "registryCredentials: no Docker configuration with auths [hidden]; allowed: the content of a config.json that `docker login` wrote; fix: pulumi config set --secret registryCredentials < config.json",
      ],
    ],
    [
      "two sets whose hook templates would have one name",
      { scaleSets: { hybrid: { minRunners: 0, maxRunners: 1 } } },
      [
        "scaleSets.hybrid: would share the hook template arc-hook-hybrid with runner-hybrid; allowed: another name or namespace",
      ],
    ],
    [
      "a job template that gives the job's container an image and a command",
      set("runner-cpu", {
        job: { template: { spec: { containers: [{ name: "$job", image: "r/i:1", command: ["sh"] }] } } },
      }),
      [
        'scaleSets.runner-cpu.job.template.spec.containers["$job"].image: given; allowed: nothing: the image comes from the workflow, and the hook ignores this one; fix: remove it',
        'scaleSets.runner-cpu.job.template.spec.containers["$job"].command: given; allowed: nothing: the hook\'s own command keeps the container alive, and steps are run inside it; fix: remove it',
      ],
    ],
    [
      "a job template that baseline forbids",
      {
        namespaces: { kubernetesPodSecurity: "baseline" },
        caches: { ccache: null, uv: null },
        ...set("runner-cpu", {
          job: {
            caches: [],
            template: { spec: { containers: [{ name: "$job", securityContext: { privileged: true } }] } },
          },
        }),
        scaleSetDefaults: { job: { caches: [] } },
      },
      [
        "scaleSets.runner-cpu.job.template.spec.containers.job.securityContext.privileged: given true; allowed: false; fix: remove it, or set namespaces.kubernetesPodSecurity, which is baseline, to privileged",
      ],
    ],
    [
      "alerts without metrics",
      { monitoring: { prometheusRules: true } },
      ["monitoring.podMonitors: given false; allowed: true with prometheusRules: without metrics every alert is blind"],
    ],
    [
      "a missing request of jobs",
      set("runner-cpu", { job: { resources: { requests: { memory: null } } } }),
      ["scaleSets.runner-cpu.job.resources.requests.memory: not set; allowed: a quantity: the namespace has a quota"],
    ],
  ];
  for (const [title, changes, expected] of cases) {
    it(`fails for ${title}`, () => {
      const [, ...lines] = messageOf("dev", changes).split("\n");
      assert.deepEqual(
        lines,
        expected.map((line) => `  ${line}`),
      );
    });
  }

  it("lets a further set be one entry", () => {
    const { scaleSets } = settingsOf("dev", { scaleSets: { "runner-docs": { minRunners: 0, maxRunners: 2 } } });
    assert.equal(Object.keys(scaleSets).length, 8);
    assert.equal(scaleSets["runner-docs"]?.mode, "kubernetes");
  });

  it("lets an environment drop sets and change them", () => {
    const { scaleSets } = settingsOf("dev", { scaleSets: { "runner-fpga": null, "runner-gpu": { maxRunners: 2 } } });
    assert.equal("runner-fpga" in scaleSets, false);
    assert.equal(scaleSets["runner-gpu"]?.maxRunners, 2);
    assert.equal(scaleSets["runner-gpu"].minRunners, 1);
  });
});
