import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface DeploymentSettings {
  readonly namespace: pulumi.Input<string>;
  readonly label?: string;
  readonly selector?: string;
  readonly replicas?: number;
  readonly port?: number;
  readonly image?: string;
  readonly annotations?: Record<string, string>;
}

export function appLabels(selector: string): Record<string, string> {
  return { app: selector };
}

/** A Deployment; without replicas it is complete on a cluster that has no node. */
export function deployment(
  name: string,
  settings: DeploymentSettings,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment {
  const labels = appLabels(settings.selector ?? "web");
  const container = {
    name: "main",
    image: settings.image ?? "registry.invalid/web:1",
    ports: [{ containerPort: settings.port ?? 80 }],
    resources: { requests: { cpu: "1000m", memory: "64Mi" } },
  };
  return new k8s.apps.v1.Deployment(
    name,
    {
      metadata: { namespace: settings.namespace, annotations: settings.annotations },
      spec: {
        replicas: settings.replicas ?? 0,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: { ...labels, extra: settings.label ?? "x" } },
          spec: { containers: [container] },
        },
      },
    },
    opts,
  );
}

/** A CRD `widgets.<name>.example.com` with one checked number. */
export function widgetDefinition(
  name: string,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.v1.CustomResourceDefinition {
  const spec = {
    type: "object",
    properties: { maxRunners: { type: "integer", minimum: 0 }, labels: { type: "array", items: { type: "string" } } },
  };
  return new k8s.apiextensions.v1.CustomResourceDefinition(
    `${name}-crd`,
    {
      metadata: { name: `widgets.${name}.example.com` },
      spec: {
        group: `${name}.example.com`,
        scope: "Namespaced",
        names: { kind: "Widget", plural: "widgets" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
          },
        ],
      },
    },
    opts,
  );
}
