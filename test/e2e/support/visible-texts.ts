import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { core, state } from "./sandbox";

/**
 * Everything that people other than owners of secrets may see: state of the stack, logs of all programs, ConfigMaps, events, and what pods
 * are told by arguments and environment. By where it was found.
 */
export async function visibleTexts(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const folder of [state().logs, join(state().pulumi, "backend"), join(state().pulumi, "workspace")]) {
    for (const file of filesBelow(folder)) texts.set(file, readFileSync(file, "utf8"));
  }
  texts.set("ConfigMaps", JSON.stringify((await core().listConfigMapForAllNamespaces()).items));
  texts.set("events", JSON.stringify((await core().listEventForAllNamespaces()).items));
  const { items } = await core().listPodForAllNamespaces();
  texts.set("pods", JSON.stringify(items));
  for (const pod of items) {
    const name = pod.metadata?.name ?? "";
    const namespace = pod.metadata?.namespace ?? "";
    for (const container of pod.spec?.containers ?? []) {
      const log = await core()
        .readNamespacedPodLog({ name, namespace, container: container.name })
        .catch(() => "");
      texts.set(`log of ${container.name} in ${namespace}/${name}`, log);
    }
  }
  return texts;
}

/** Where any of the secrets stands; nowhere is what one hopes for. Each is looked for as it is and in base64. */
export async function whereSecretsShow(secrets: readonly string[]): Promise<string[]> {
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64").replace(/=+$/, "")]);
  const texts = await visibleTexts();
  return [...texts].filter(([, text]) => forms.some((form) => text.includes(form))).map(([where]) => where);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
