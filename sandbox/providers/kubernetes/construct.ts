import { CHART, chartObjects } from "./chart.js";
import type { Session } from "./configure.js";
import { ProviderError } from "./errors.js";
import { dependenciesOf } from "./install-order.js";
import { annotation, type KubernetesObject } from "./json.js";
import { childName } from "./manifest.js";
import { Monitor, type RegisteredChild } from "./monitor.js";
import { ChartUnavailable } from "./offline-charts.js";
import { provider } from "../shared/proto.js";
import { refuseUnserved, typeTokenOf } from "./type-token.js";
import { containsUnknown, decode, reveal, secret, type PropertyMap } from "../shared/values.js";
import { CONFIG_FILE, CONFIG_GROUP, manifestObjects } from "./yaml-component.js";

export interface ConstructOptions {
  readonly session: Session;
  /** The helm executable. */
  readonly helm: string;
  /** Where relative paths start. */
  readonly programDirectory: string;
  readonly warn: (urn: string, text: string) => void;
}

/** Renders a component into objects and registers each as a child of it. */
export async function construct(
  request: provider.ConstructRequest,
  options: ConstructOptions,
): Promise<provider.ConstructResponse> {
  refuseUnserved(request.getType());
  const monitor = new Monitor(request);
  try {
    const inputs = decode(request.getInputs());
    const component = await monitor.registerComponent(request.getType(), request.getName());
    const response = new provider.ConstructResponse();
    response.setUrn(component);
    if (containsUnknown(inputs)) {
      // what the objects are called cannot be known yet; the real plugin leaves them out of the preview, too
      options.warn(
        component,
        "some inputs are known only during the update: this component's objects are missing in the preview",
      );
      response.setState(await monitor.registerOutputs(component, {}));
      return response;
    }
    const warn = (text: string) => options.warn(component, text);
    const objects = await objectsOf(request, inputs, options, warn).catch((error: unknown) => {
      if (!(error instanceof ChartUnavailable)) throw error;
      warn(error.message);
      return [];
    });
    const given = inputs.resourcePrefix === undefined ? undefined : reveal(inputs.resourcePrefix);
    const prefix = typeof given === "string" ? given : request.getName();
    const children = await registerChildren(monitor, component, objects, prefix, inputs.skipAwait === true);
    response.setState(
      await monitor.registerOutputs(component, { resources: children.map((child) => child.reference) }),
    );
    return response;
  } finally {
    monitor.close();
  }
}

function objectsOf(
  request: provider.ConstructRequest,
  inputs: PropertyMap,
  options: ConstructOptions,
  warn: (text: string) => void,
): Promise<KubernetesObject[]> {
  switch (request.getType()) {
    case CHART:
      return chartObjects(request.getName(), inputs, options, warn);
    case CONFIG_GROUP:
    case CONFIG_FILE:
      return manifestObjects(inputs, options);
    default:
      throw new ProviderError(
        `the component ${request.getType()} is not served by the offline kubernetes provider; ` +
          `it serves ${CHART}, ${CONFIG_GROUP} and ${CONFIG_FILE}`,
      );
  }
}

/** Registers children; each waits for those it depends on, all others go out together. */
async function registerChildren(
  monitor: Monitor,
  parent: string,
  objects: readonly KubernetesObject[],
  prefix: string,
  skipAwait: boolean,
): Promise<RegisteredChild[]> {
  const order = dependenciesOf(objects);
  const started = new Map<KubernetesObject, Promise<RegisteredChild>>();
  const register = (object: KubernetesObject, waiting: readonly KubernetesObject[]): Promise<RegisteredChild> => {
    if (waiting.includes(object)) {
      throw new ProviderError(
        `the objects of the manifest depend on each other in a circle: ${waiting.map((o) => o.kind).join(", ")}`,
      );
    }
    let child = started.get(object);
    if (child === undefined) {
      const needed = (order.get(object) ?? []).map((other) => register(other, [...waiting, object]));
      child = Promise.all(needed).then((dependencies) =>
        monitor.registerChild(childInputs(object, skipAwait), {
          type: typeTokenOf(object.apiVersion, object.kind),
          name: childName(object, prefix),
          parent,
          dependencies: dependencies.map(({ urn }) => urn),
          retainOnDelete: annotation(object, "helm.sh/resource-policy") === "keep",
        }),
      );
      started.set(object, child);
    }
    return child;
  };
  return Promise.all(objects.map((object) => register(object, [])));
}

/** A rendered object as inputs of its resource; the data of Secrets is secret, as the real plugin marks it. */
function childInputs(object: KubernetesObject, skipAwait: boolean): PropertyMap {
  const inputs = { ...object } as PropertyMap;
  if (skipAwait) {
    const { metadata } = object;
    inputs.metadata = { ...metadata, annotations: { ...metadata.annotations, "pulumi.com/skipAwait": "true" } };
  }
  if (object.kind === "Secret" && object.apiVersion === "v1") {
    for (const key of ["data", "stringData"]) {
      if (inputs[key] !== undefined) inputs[key] = secret(inputs[key]);
    }
  }
  return inputs;
}
