import type { ApiClient } from "./cluster-client.js";
import { isNotFound } from "./errors.js";
import { listAt, textAt, valueAt, type JsonObject } from "./json.js";

/** What is needed to address objects of one kind. */
export interface KindInfo {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** `v1` for the core group, else `group/version`; the SDK writes the core group as `core/v1` in type tokens. */
export function apiVersionOf(group: string, version: string): string {
  return group === "" || group === "core" ? version : `${group}/${version}`;
}

/** Maps kinds to REST resources by asking the API server; answers are kept, unknown kinds are asked for again. */
export class Discovery {
  private readonly known = new Map<string, Promise<ReadonlyMap<string, KindInfo>>>();
  /** Scopes of CRDs this program declares, for kinds whose CRD is not in the cluster yet (preview). */
  private readonly declared = new Map<string, boolean>();

  constructor(private readonly client: ApiClient) {}

  /** The kind's resource, or undefined if the cluster does not serve it. */
  async find(apiVersion: string, kind: string): Promise<KindInfo | undefined> {
    const cached = (await this.resources(apiVersion)).get(kind);
    if (cached !== undefined) return cached;
    this.known.delete(apiVersion);
    return (await this.resources(apiVersion)).get(kind);
  }

  /** Whether objects of this kind live in a namespace; undefined if neither cluster nor program knows the kind. */
  async isNamespaced(apiVersion: string, kind: string): Promise<boolean | undefined> {
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    return this.declared.get(`${group}/${kind}`) ?? (await this.find(apiVersion, kind))?.namespaced;
  }

  /** Remembers the scope of a CRD that this run will create. */
  declare(crd: JsonObject): void {
    const [group, kind, scope] = [
      textAt(crd, "spec", "group"),
      textAt(crd, "spec", "names", "kind"),
      textAt(crd, "spec", "scope"),
    ];
    if (group !== undefined && kind !== undefined) this.declared.set(`${group}/${kind}`, scope === "Namespaced");
  }

  /** Every `group/version` and `group/version/Kind` served, as helm's capabilities want them. */
  async apiVersions(): Promise<string[]> {
    const groups = listAt(await this.client.request("GET", "/apis"), "groups");
    const versions = groups.flatMap((group) =>
      listAt(group, "versions").map((version) => textAt(version, "groupVersion") ?? ""),
    );
    const all = await Promise.all(
      ["v1", ...versions].map(async (version) => [version, [...(await this.resources(version)).keys()]] as const),
    );
    return all.flatMap(([version, kinds]) => [version, ...kinds.map((kind) => `${version}/${kind}`)]);
  }

  private resources(apiVersion: string): Promise<ReadonlyMap<string, KindInfo>> {
    let resources = this.known.get(apiVersion);
    if (resources === undefined) {
      resources = this.load(apiVersion);
      this.known.set(apiVersion, resources);
      resources.catch(() => this.known.delete(apiVersion));
    }
    return resources;
  }

  private async load(apiVersion: string): Promise<ReadonlyMap<string, KindInfo>> {
    const result = new Map<string, KindInfo>();
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const answer = await this.client.request("GET", path).catch((error: unknown) => {
      if (isNotFound(error)) return {};
      throw error;
    });
    for (const resource of listAt(answer, "resources")) {
      const [plural, kind] = [textAt(resource, "name"), textAt(resource, "kind")];
      // names with a slash are subresources such as deployments/scale
      if (plural === undefined || kind === undefined || plural.includes("/")) continue;
      result.set(kind, { plural, namespaced: valueAt(resource, "namespaced") === true });
    }
    return result;
  }
}

/** The REST path of an object, or of the collection if no name is given. */
export function restPath(apiVersion: string, info: KindInfo, namespace?: string, name?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = info.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${scope}/${info.plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}
