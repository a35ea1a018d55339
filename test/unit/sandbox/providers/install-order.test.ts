import assert from "node:assert/strict";
import { dependenciesOf } from "../../../../sandbox/providers/kubernetes/install-order.js";
import type { KubernetesObject } from "../../../../sandbox/providers/kubernetes/json.js";

function object(apiVersion: string, kind: string, name: string, namespace?: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace } };
}

describe("the dependencies of objects of one manifest", () => {
  const crd: KubernetesObject = {
    ...object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gadgets.example.com"),
    spec: { group: "example.com", names: { kind: "Gadget" } },
  };
  const namespace = object("v1", "Namespace", "ns");
  const account = object("v1", "ServiceAccount", "a", "ns");
  const role = object("rbac.authorization.k8s.io/v1", "Role", "r", "ns");
  const workload = object("apps/v1", "Deployment", "d", "ns");
  const service = object("v1", "Service", "s", "ns");
  const gadget = object("example.com/v1", "Gadget", "g", "ns");
  // as a chart has them: in no useful order
  const all = [workload, gadget, service, role, account, namespace, crd];
  const depends = (on: string, of: KubernetesObject): KubernetesObject => ({
    ...of,
    metadata: { ...of.metadata, annotations: { "config.kubernetes.io/depends-on": on } },
  });

  const cases: [object: KubernetesObject, dependencies: KubernetesObject[]][] = [
    [crd, []],
    [namespace, [crd]],
    [account, [namespace, crd]],
    [role, [namespace, crd]],
    [workload, [role, account, namespace, crd]],
    [service, [role, account, namespace, crd]],
    [gadget, [role, account, namespace, crd]],
  ];
  for (const [of, expected] of cases) {
    const names = expected.map(({ kind }) => kind).join(", ") || "nothing";
    it(`of a ${of.kind} are ${names}`, () => assert.deepEqual(dependenciesOf(all).get(of), expected));
  }

  it("include what an annotation names", () => {
    const dependent = depends("apps/namespaces/ns/Deployment/d, example.com/namespaces/ns/Gadget/g", service);
    assert.deepEqual(dependenciesOf([workload, gadget, dependent]).get(dependent), [workload, gadget]);
  });

  it("follow an annotation against the general order, without making a circle", () => {
    // a CRD whose conversion webhook must run first: what the webhook needs cannot wait for the CRD
    const late = depends("apps/namespaces/ns/Deployment/d", crd);
    const order = dependenciesOf([late, workload, account, namespace, gadget]);
    assert.deepEqual(
      [late, workload, account, namespace, gadget].map((of) => order.get(of)),
      [[workload, account, namespace], [account, namespace], [namespace], [], [late, account, namespace]],
    );
  });
});
