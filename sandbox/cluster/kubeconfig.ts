import { stringify } from "yaml";
import { apiServerUrl } from "./addresses";
import { writeConfigFile } from "./config-file";
import type { KeyPair } from "./authority";
import { base64Of, type Certificates } from "./certificates";

/** Writes a kubeconfig with everything inside it, so that it can be copied and handed to other programs. Readable by its owner alone. */
export function writeKubeconfig(file: string, certificates: Certificates, client: KeyPair): void {
  const content = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "runner-platform",
        cluster: { server: apiServerUrl, "certificate-authority-data": base64Of(certificates.authority.certificate) },
      },
    ],
    users: [
      {
        name: "runner-platform",
        user: { "client-certificate-data": base64Of(client.certificate), "client-key-data": base64Of(client.key) },
      },
    ],
    contexts: [{ name: "runner-platform", context: { cluster: "runner-platform", user: "runner-platform" } }],
    "current-context": "runner-platform",
  };
  writeConfigFile(file, stringify(content));
}
