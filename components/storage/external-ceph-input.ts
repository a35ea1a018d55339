import { isObject } from "../../stacks/merge";
import { joinPath, type Problem } from "../../stacks/problems";

/** Keys of one user of Ceph, as its Secret holds them. */
export interface CephUser {
  readonly userID: string;
  readonly userKey: string;
}

/** Secrets for the CSI drivers, by their names. */
export const csiSecretNames = [
  "rook-csi-rbd-provisioner",
  "rook-csi-rbd-node",
  "rook-csi-cephfs-provisioner",
  "rook-csi-cephfs-node",
] as const;

/** What one must know of an external Ceph cluster to use it. */
export interface ExternalCeph {
  readonly fsid: string;
  /** `NAME=HOST:PORT`, separated by commas. */
  readonly monitors: string;
  readonly maxMonitorId: string;
  /** The user that Rook looks after the cluster with. */
  readonly operator: CephUser;
  readonly csi: Readonly<Record<(typeof csiSecretNames)[number], CephUser>>;
}

const path = "externalCeph";
const source = "create-external-cluster-resources.py";
const again = `run ${source} again, and set its output as it is`;

/**
 * Mistakes in what the Ceph side handed over, named without showing anything of it. The form is that of Rook's own script
 * (`create-external-cluster-resources.py --format json`): a list of `{ name, kind, data }`.
 */
export function externalCephProblems(text: string | undefined): Problem[] {
  if (text === undefined) return [];
  const read = readExternalCeph(text);
  return "problems" in read ? [...read.problems] : [];
}

/** @throws Error when the text is not right; settings have been checked. */
export function parseExternalCeph(text: string): ExternalCeph {
  const read = readExternalCeph(text);
  if ("problems" in read) throw new Error("externalCeph passed the checks of settings but cannot be read");
  return read.ceph;
}

function readExternalCeph(text: string): { readonly ceph: ExternalCeph } | { readonly problems: readonly Problem[] } {
  const items = listOf(text);
  if (!items) {
    return {
      problems: [
        {
          path,
          what: "no list of objects [hidden]",
          allowed: `what ${source} --format json prints on the Ceph side`,
          fix: `pulumi config set --secret ${path} < FILE.json`,
        },
      ],
    };
  }
  const problems: Problem[] = [];
  const field = (kind: string, name: string, key: string, pattern: RegExp, allowed: string): string => {
    const item = items.find((candidate) => candidate["kind"] === kind && candidate["name"] === name);
    const data = item?.["data"];
    const value = isObject(data) ? data[key] : undefined;
    if (typeof value === "string" && pattern.test(value)) return value;
    const what = value === undefined ? "missing" : "of another form [hidden]";
    problems.push({ path: joinPath(path, name, key), what, allowed, fix: again });
    return "";
  };
  const user = (name: string): CephUser => ({
    userID: field("Secret", name, "userID", /^[\w.-]+$/, "the name of a user of Ceph"),
    // A key of Ceph is at least 28 bytes in base64: type, time, length, and a key of 16 bytes.
    userKey: field("Secret", name, "userKey", /^[A-Za-z0-9+/]{36,}={0,2}$/, "a key of Ceph in base64"),
  });
  const ceph: ExternalCeph = {
    fsid: field("Secret", "rook-ceph-mon", "fsid", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "the cluster's UUID"),
    monitors: field(
      "ConfigMap",
      "rook-ceph-mon-endpoints",
      "data",
      monitorList,
      "NAME=HOST:PORT of at least one monitor",
    ),
    maxMonitorId: field("ConfigMap", "rook-ceph-mon-endpoints", "maxMonId", /^\d+$/, "a number in quotes"),
    operator: user("rook-ceph-operator-creds"),
    csi: {
      "rook-csi-rbd-provisioner": user("rook-csi-rbd-provisioner"),
      "rook-csi-rbd-node": user("rook-csi-rbd-node"),
      "rook-csi-cephfs-provisioner": user("rook-csi-cephfs-provisioner"),
      "rook-csi-cephfs-node": user("rook-csi-cephfs-node"),
    },
  };
  return problems.length > 0 ? { problems } : { ceph };
}

/** One or several of `NAME=HOST:PORT`; IPv6 addresses stand in brackets. */
const monitorList = /^[\w.-]+=(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}(,[\w.-]+=(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5})*$/;

function listOf(text: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.length > 0 && value.every(isObject) ? value : undefined;
  } catch {
    return undefined;
  }
}
