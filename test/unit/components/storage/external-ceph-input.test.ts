import assert from "node:assert/strict";

import fc from "fast-check";

import { externalCephProblems, parseExternalCeph } from "../../../../components/storage/external-ceph-input";
import { formatProblem } from "../../../../stacks/problems";
import { cephKey, handover } from "./ceph-fixtures";

type Item = { readonly name: string; readonly kind: string; readonly data: Readonly<Record<string, string>> };

const messages = (text: string): string[] => externalCephProblems(text).map(formatProblem);

/** The hand-over with one item changed, or taken out by `undefined`. */
function changed(name: string, data: Readonly<Record<string, string>> | undefined): string {
  const items: readonly Item[] = handover;
  return JSON.stringify(
    items.flatMap((item) => {
      if (item.name !== name) return [item];
      return data === undefined ? [] : [{ ...item, data: { ...item.data, ...data } }];
    }),
  );
}

const again = "fix: run create-external-cluster-resources.py again, and set its output as it is";

describe("what the Ceph side hands over", () => {
  it("is right as Rook's script prints it", () => {
    const text = JSON.stringify(handover);
    assert.deepEqual(messages(text), []);
    const { fsid, monitors, operator } = parseExternalCeph(text);
    assert.equal(fsid, "c47cac40-9bee-4d52-823b-ccd803ba5bfe");
    assert.equal(monitors, "a=10.20.0.1:6789,b=[fd00::2]:3300");
    assert.deepEqual(operator, { userID: "client.healthchecker", userKey: cephKey });
  });

  it("is not looked at where there is none", () => {
    assert.deepEqual(externalCephProblems(undefined), []);
  });

  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "the shell form of the script",
      "export ROOK_EXTERNAL_FSID=c47cac40",
      [
        "externalCeph: no list of objects [hidden]; allowed: what create-external-cluster-resources.py --format json prints on the Ceph side; fix: pulumi config set --secret externalCeph < FILE.json",
      ],
    ],
    [
      "an empty list",
      "[]",
      [
        "externalCeph: no list of objects [hidden]; allowed: what create-external-cluster-resources.py --format json prints on the Ceph side; fix: pulumi config set --secret externalCeph < FILE.json",
      ],
    ],
    [
      "no monitors",
      changed("rook-ceph-mon-endpoints", { data: "" }),
      [
        `externalCeph.rook-ceph-mon-endpoints.data: of another form [hidden]; allowed: NAME=HOST:PORT of at least one monitor; ${again}`,
      ],
    ],
    [
      "no ConfigMap of monitors",
      changed("rook-ceph-mon-endpoints", undefined),
      [
        `externalCeph.rook-ceph-mon-endpoints.data: missing; allowed: NAME=HOST:PORT of at least one monitor; ${again}`,
        `externalCeph.rook-ceph-mon-endpoints.maxMonId: missing; allowed: a number in quotes; ${again}`,
      ],
    ],
    [
      "a monitor without port",
      changed("rook-ceph-mon-endpoints", { data: "a=10.20.0.1" }),
      [
        `externalCeph.rook-ceph-mon-endpoints.data: of another form [hidden]; allowed: NAME=HOST:PORT of at least one monitor; ${again}`,
      ],
    ],
    [
      "an fsid that is none",
      changed("rook-ceph-mon", { fsid: "the-cluster" }),
      [`externalCeph.rook-ceph-mon.fsid: of another form [hidden]; allowed: the cluster's UUID; ${again}`],
    ],
    [
      "a user without its key",
      changed("rook-csi-cephfs-node", { userKey: "" }),
      [
        `externalCeph.rook-csi-cephfs-node.userKey: of another form [hidden]; allowed: a key of Ceph in base64; ${again}`,
      ],
    ],
    [
      "a missing user",
      changed("rook-csi-rbd-provisioner", undefined),
      [
        `externalCeph.rook-csi-rbd-provisioner.userID: missing; allowed: the name of a user of Ceph; ${again}`,
        `externalCeph.rook-csi-rbd-provisioner.userKey: missing; allowed: a key of Ceph in base64; ${again}`,
      ],
    ],
  ];
  for (const [what, text, expected] of cases) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual(messages(text), expected);
    });
  }

  it("is never repeated in a message, whatever it holds", () => {
    const secret = "AQDsecretsecretsecretsecretsecretsecret==";
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom("userKey", "userID", "fsid", "data"), (value, key) => {
        const items = [{ name: "rook-csi-rbd-node", kind: "Secret", data: { [key]: `${secret}!`, value } }];
        for (const text of [JSON.stringify(items), `${secret} ${String(value === undefined)}`])
          for (const message of messages(text)) assert.ok(!message.includes(secret), message);
      }),
    );
  });
});
