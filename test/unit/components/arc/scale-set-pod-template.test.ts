import assert from "node:assert/strict";

import { dindPodTemplate } from "../../../../components/arc/dind-pod";
import { dindPodArgs } from "../../../support/fixtures";
import { register } from "../../../support/mocks";
import { kinds, scaleSet, spec } from "../../../support/scale-set";

describe("the PodTemplate of a RunnerScaleSet", () => {
  for (const version of ["0.14.2", "0.6.1"]) {
    it(`has the API server check exactly the pod that the set of release ${version} gets`, async () => {
      const registrations = await register(() => scaleSet({}, version));
      const podTemplate = registrations.get(kinds.podTemplate, "runner-base-pod-template");
      const form = version === "0.6.1" ? "container" : "sidecar";
      assert.deepEqual(podTemplate.inputs, {
        apiVersion: "v1",
        kind: "PodTemplate",
        metadata: { name: "runner-base", namespace: "runners" },
        template: dindPodTemplate({ ...dindPodArgs, form }),
      });
      assert.deepEqual(podTemplate.inputs["template"], spec(registrations)["template"]);
      assert.deepEqual(podTemplate.dependencies, []);
      assert.equal(podTemplate.protect, false);
    });
  }

  it("computes the pod once, so that what is checked and what runs cannot differ", async () => {
    const accounts: string[] = [];
    await register(() =>
      scaleSet({
        podTemplate: (serviceAccountName) => {
          accounts.push(serviceAccountName);
          return dindPodTemplate({ ...dindPodArgs, serviceAccountName });
        },
      }),
    );
    assert.deepEqual(accounts, ["runner-base-no-permission"]);
  });
});
