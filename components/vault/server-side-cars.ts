import { bundleFile } from "../apps/bundle";
import { codeFolder } from "../apps/pod";
import type { Container, Resources } from "../pod";
import { restrictedSecurityContext } from "../pod";
import { auditLogFile, certificateCheckSeconds, serverFolders } from "./server-config";
import { vaultPorts } from "./server-names";

/** A program of this repository beside a server. */
export interface SideCarImage {
  /** Image with a `node` of version 20 or later on its PATH. */
  readonly image: string;
  readonly imagePullPolicy: string;
  /** ConfigMap with the bundled program. */
  readonly codeConfigMap: string;
}

/** How large the audit log becomes, and how many files of that size stay. */
export interface AuditRotation {
  readonly maxBytes: number;
  readonly files: number;
}

/** How often the size of the audit log is looked at. */
const auditCheckSeconds = 30;

/** Where the shares of a development cluster are mounted. */
export const recoveryFolder = "/vault/recovery";

/** They wait nearly all of the time; Node.js itself needs most of this. */
const resources: Resources = { requests: { cpu: "5m", memory: "40Mi" }, limits: { cpu: "200m", memory: "96Mi" } };

/** Sends the server a signal when its certificate has changed; see apps/vault-tls-reload/main.ts. */
export function reloaderContainer(args: SideCarImage, program: string): Container {
  return sideCar("tls-reload", "reload-code", args, [], {
    env: [
      { name: "CERTIFICATE_FOLDER", value: serverFolders.tls },
      { name: "PROGRAM", value: program },
      { name: "INTERVAL_SECONDS", value: String(certificateCheckSeconds) },
    ],
    volumeMounts: [{ name: "tls", mountPath: serverFolders.tls, readOnly: true }],
  });
}

/** Begins a new audit log when it has become large; see apps/vault-audit-rotate/main.ts. */
export function rotatorContainer(args: SideCarImage & AuditRotation, program: string): Container {
  return sideCar("audit-rotate", "rotate-code", args, [], {
    env: [
      { name: "AUDIT_FOLDER", value: serverFolders.audit },
      { name: "AUDIT_FILE", value: auditLogFile },
      { name: "MAX_BYTES", value: String(args.maxBytes) },
      { name: "FILES", value: String(args.files) },
      { name: "PROGRAM", value: program },
      { name: "INTERVAL_SECONDS", value: String(auditCheckSeconds) },
    ],
    volumeMounts: [{ name: "audit", mountPath: serverFolders.audit }],
  });
}

/** Unseals the server of its own pod whenever it is sealed; the command `unseal` of apps/vault-init. */
export function unsealerContainer(args: SideCarImage): Container {
  return sideCar("unseal", "unseal-code", args, ["unseal"], {
    env: [
      { name: "VAULT_UNSEAL_ADDRESS", value: `https://127.0.0.1:${vaultPorts.api}` },
      { name: "VAULT_CA_FILE", value: `${serverFolders.tls}/ca.crt` },
      { name: "VAULT_SHARES_FOLDER", value: recoveryFolder },
    ],
    volumeMounts: [
      { name: "tls", mountPath: serverFolders.tls, readOnly: true },
      { name: "recovery", mountPath: recoveryFolder, readOnly: true },
    ],
  });
}

function sideCar(
  name: string,
  codeVolume: string,
  { image, imagePullPolicy }: SideCarImage,
  commandArgs: readonly string[],
  { env, volumeMounts }: Required<Pick<Container, "env" | "volumeMounts">>,
): Container {
  return {
    name,
    image,
    imagePullPolicy,
    command: ["node", `${codeFolder}/${bundleFile}`, ...commandArgs],
    env,
    resources,
    securityContext: restrictedSecurityContext,
    volumeMounts: [{ name: codeVolume, mountPath: codeFolder, readOnly: true }, ...volumeMounts],
  };
}
