import assert from "node:assert/strict";

import type { KubernetesObject } from "../../../../sandbox/providers/kubernetes/json.js";
import { replacesUnready } from "../../../../sandbox/providers/kubernetes/replace-unready.js";
import type { PropertyMap } from "../../../../sandbox/providers/shared/values.js";

const job = (annotations: Record<string, string>, kind = "Job"): KubernetesObject => ({
  apiVersion: "batch/v1",
  kind,
  metadata: { name: "vault-init", annotations },
});
const asked = { "pulumi.com/replaceUnready": "true" };
const state = (type: string, status = "True"): PropertyMap => ({ status: { conditions: [{ type, status }] } });

describe("pulumi.com/replaceUnready", () => {
  const cases: readonly (readonly [string, KubernetesObject, PropertyMap, boolean])[] = [
    ["makes a failed Job anew", job(asked), state("Failed"), true],
    ["leaves one that succeeded", job(asked), state("Complete"), false],
    ["leaves one that still runs", job(asked), { status: { active: 1 } }, false],
    ["leaves one that did not fail after all", job(asked), state("Failed", "False"), false],
    ["is a wish, and no rule", job({}), state("Failed"), false],
    ["is about Jobs", job(asked, "Deployment"), state("Failed"), false],
  ];
  for (const [what, now, olds, replaced] of cases) {
    it(what, () => {
      assert.equal(replacesUnready(now, olds), replaced);
    });
  }
});
