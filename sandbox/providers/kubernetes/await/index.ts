import { delay, type Operation } from "../context.js";
import { messageOf, ProviderError, UnreachableError } from "../errors.js";
import { annotation, describeObject, isAnnotatedTrue, type KubernetesObject } from "../json.js";
import { ObjectApi, refOf } from "../objects.js";
import { customResourceDefinitionReady } from "./custom-resource-definition.js";
import { daemonSetReady } from "./daemon-set.js";
import { deploymentReady } from "./deployment.js";
import { jobReady } from "./job.js";
import { namespaceReady } from "./namespace.js";
import { persistentVolumeClaimReady } from "./persistent-volume-claim.js";
import { podReady } from "./pod.js";
import type { Readiness, ReadinessCheck } from "./readiness.js";
import { serviceReady } from "./service.js";
import { statefulSetReady } from "./stateful-set.js";
import { timeoutMs } from "./timeout.js";
import { waitForChecks } from "./wait-for.js";

/** Kinds that are awaited by default; all others, custom resources among them, count as ready when written. */
const CHECKS: Readonly<Record<string, ReadinessCheck>> = {
  "v1/Namespace": namespaceReady,
  "apiextensions.k8s.io/v1/CustomResourceDefinition": customResourceDefinitionReady,
  "apps/v1/Deployment": deploymentReady,
  "apps/v1/StatefulSet": statefulSetReady,
  "apps/v1/DaemonSet": daemonSetReady,
  "batch/v1/Job": jobReady,
  "v1/Service": serviceReady,
  "v1/PersistentVolumeClaim": persistentVolumeClaimReady,
  "v1/Pod": podReady,
};

/** An attempt to read that fails this long in a row ends the wait: the API server may restart meanwhile. */
const UNREACHABLE_LIMIT_MS = 60_000;

/**
 * Waits until the object is ready as its kind or its `pulumi.com/waitFor` annotation defines it, and answers with its last state.
 * Throws at once when the object can no longer become ready, else after the timeout, saying what was still missing.
 */
export async function awaitReady(operation: Operation, written: KubernetesObject): Promise<KubernetesObject> {
  const check = checkFor(written);
  if (check === undefined) return written;
  const api = new ObjectApi(operation.session);
  const limit = timeoutMs(operation, written);
  const deadline = Date.now() + limit;
  let answered = Date.now();
  let last = "";
  for (let pause = 150; ; pause = Math.min(pause * 1.3, 1000)) {
    try {
      const live = await api.read(refOf(written));
      const readiness = await check(live, api);
      answered = Date.now();
      if (readiness.state === "ready") return live;
      last = readiness.reason;
      if (readiness.state === "failed") throw new ProviderError(`${describeObject(written)} failed: ${last}`);
      operation.status(`waiting for ${describeObject(written)}: ${last}`);
    } catch (error) {
      if (!(error instanceof UnreachableError) || Date.now() - answered > UNREACHABLE_LIMIT_MS) throw error;
      last = messageOf(error);
    }
    if (Date.now() > deadline) {
      throw new ProviderError(`${describeObject(written)} was not ready after ${limit / 1000} s: ${last}`);
    }
    await delay(pause, operation.signal);
  }
}

function checkFor(object: KubernetesObject): ReadinessCheck | undefined {
  if (isAnnotatedTrue(object, "pulumi.com/skipAwait")) return undefined;
  const expression = annotation(object, "pulumi.com/waitFor");
  if (expression === undefined || expression === "") return CHECKS[`${object.apiVersion}/${object.kind}`];
  const checks = waitForChecks(expression);
  return async (live, api) => {
    for (const check of checks) {
      const readiness: Readiness = await check(live, api);
      if (readiness.state !== "ready") return readiness;
    }
    return { state: "ready" };
  };
}
