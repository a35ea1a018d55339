import { type EnvVar, type PodSecurityContext, type Resources, restrictedSecurityContext } from "../pod";
import { bundleFile } from "./bundle";

/** Port of an app's `/healthz` and `/metrics`; the one that namespaces open to Prometheus. */
export const appPort = 8080;

/** Where an app finds its code, and the files it was given. */
export const codeFolder = "/app";
export const configFolder = "/config";

export interface AppPodArgs {
  /** Names container and pod label. */
  readonly app: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly resources: Resources;
  readonly env: readonly EnvVar[];
  readonly serviceAccountName: string;
  /** Whether the app talks to the API server. Without, no token is mounted. */
  readonly callsApiServer: boolean;
  readonly codeConfigMap: string;
  readonly configConfigMap: string;
}

/** What the Pod Security level `restricted` asks for. */
export const podSecurityContext: PodSecurityContext = {
  runAsNonRoot: true,
  // The user `node` of the official image, given as a number because an image built elsewhere may not know the name.
  runAsUser: 1000,
  runAsGroup: 1000,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Labels by which an app's pods are found. */
export function appLabels(app: string): Record<string, string> {
  return { "app.kubernetes.io/name": app, "app.kubernetes.io/part-of": "runner-platform" };
}

/**
 * The pod of an app that was bundled to one file: a plain Node.js image which runs the code from one ConfigMap and reads settings from
 * another. Nothing in it can be written to.
 */
export function appPodTemplate(args: AppPodArgs) {
  const probe = { httpGet: { path: "/healthz", port: "metrics" } };
  return {
    metadata: { labels: appLabels(args.app) },
    spec: {
      serviceAccountName: args.serviceAccountName,
      automountServiceAccountToken: args.callsApiServer,
      enableServiceLinks: false,
      securityContext: podSecurityContext,
      terminationGracePeriodSeconds: 10,
      containers: [
        {
          name: args.app,
          image: args.image,
          imagePullPolicy: args.imagePullPolicy,
          command: ["node", `${codeFolder}/${bundleFile}`],
          env: [...args.env, { name: "PORT", value: String(appPort) }],
          ports: [{ name: "metrics", containerPort: appPort }],
          readinessProbe: { ...probe, periodSeconds: 5 },
          livenessProbe: { ...probe, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 3 },
          resources: args.resources,
          securityContext: restrictedSecurityContext,
          volumeMounts: [
            { name: "code", mountPath: codeFolder, readOnly: true },
            { name: "config", mountPath: configFolder, readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "code", configMap: { name: args.codeConfigMap } },
        { name: "config", configMap: { name: args.configConfigMap } },
      ],
    },
  };
}
