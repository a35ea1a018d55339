import { setTimeout } from "node:timers/promises";

import type { KubeConfig } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";

import { ClusterClient } from "../../../sandbox/providers/kubernetes/cluster-client";
import type { JsonObject } from "../../../sandbox/providers/kubernetes/json";

/** A definition, as far as it is looked at here. */
export interface Definition extends JsonObject {
  readonly metadata: { readonly name: string };
  readonly spec: JsonObject & {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
  };
}

/** The definitions in a stream of YAML documents. */
export function parseDefinitions(text: string): Definition[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Definition | null)
    .filter((definition) => definition !== null);
}

/** What the API server has of its own, and of the controllers that run in the sandbox. */
const suffix = ".dry-run.invalid";

/**
 * Definitions of other projects, served under groups of their own for the time of a test: what the sandbox's cert-manager has in another
 * version is left alone, and nothing stays behind.
 */
export class ForeignDefinitions {
  private readonly client: ClusterClient;
  private readonly paths: string[] = [];
  private readonly kinds = new Set<string>();

  constructor(config: KubeConfig) {
    this.client = new ClusterClient(config);
  }

  /** Whether an object's kind is judged by one of them. */
  has(apiVersion: string, kind: string): boolean {
    return this.kinds.has(`${groupOf(apiVersion)}/${kind}`);
  }

  /** The version under which the API server knows the object. */
  apiVersion(apiVersion: string, kind: string): string {
    if (!this.has(apiVersion, kind)) return apiVersion;
    return apiVersion.replace("/", `${suffix}/`);
  }

  async add(definitions: readonly Definition[]): Promise<void> {
    await Promise.all(definitions.map((definition) => this.addOne(definition)));
  }

  private async addOne(definition: Definition): Promise<void> {
    const { group, names } = definition.spec;
    const moved = `${group}${suffix}`;
    const name = `${names.plural}.${moved}`;
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    this.paths.push(path);
    const body = { ...definition, metadata: { name }, spec: { ...definition.spec, group: moved } };
    const query = { fieldManager: "dry-run", force: "true" };
    await this.client.request("PATCH", path, { query, body, contentType: "application/apply-patch+yaml" });
    this.kinds.add(`${group}/${names.kind}`);
  }

  /** Waits until objects of every kind can be asked about. */
  async served(): Promise<void> {
    for (const path of this.paths) {
      for (let tries = 0; !isEstablished(await this.client.request("GET", path)); tries++) {
        if (tries > 100) throw new Error(`${path} is not established`);
        await setTimeout(200);
      }
    }
    // The API server answers for a new kind a moment after it says so.
    await setTimeout(2_000);
  }

  async remove(): Promise<void> {
    await Promise.all(this.paths.map((path) => this.client.request("DELETE", path)));
  }
}

function isEstablished({ status }: JsonObject): boolean {
  const conditions = (status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? [];
  return conditions.some(({ type, status: value }) => type === "Established" && value === "True");
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}
