import { z } from "zod";

import {
  cidr,
  dnsLabel,
  image,
  matching,
  oneOf,
  port,
  quantity,
  resources,
  text,
  toleration,
  whole,
  yesOrNo,
} from "../schema";
import { backupSchema } from "./backup-schema";
import { loginsSchema } from "./logins-schema";
import { unsealSchema } from "./unseal-schema";

export const distributions = ["vault", "openbao"] as const;

/** The settings section `vault`. What follows from several settings together is judged in checks.ts. */
export const vaultSchema = z.strictObject({
  distribution: oneOf(distributions),
  /** Decides what the server understands: both take HCL, but not the same. */
  version: matching(/^\d+\.\d+\.\d+$/, "a release number such as 2.0.4"),
  image,
  /** Of the StatefulSet and all that belongs to it, and beginning of the names of its pods. */
  name: dnsLabel,
  namespace: dnsLabel,
  replicas: z.union([z.literal(3), z.literal(5)], { error: "3 or 5: an even number survives no more failures" }),
  resources,
  /** `required`: never two servers on one node. `preferred`: only where it can be, for clusters of one node. */
  antiAffinity: oneOf(["required", "preferred"]),
  nodeSelector: z.record(z.string(), z.string({ error: "the value of a node label, in quotes" })).optional(),
  tolerations: z.array(toleration, { error: "a list of tolerations" }).optional(),
  storage: z.strictObject({
    /** Absent: the retained class of `storage`, or the block class where there is none. */
    className: dnsLabel.optional(),
    data: quantity,
    audit: quantity,
  }),
  /** `onDelete`: pods change when the upgrade command or somebody deletes them; `rolling`: by themselves, one after the other. */
  updates: oneOf(["rolling", "onDelete"]),
  tls: z.strictObject({
    /** An issuer of `certManager.issuers`. */
    issuer: text("the name of an issuer of certManager.issuers"),
    /** Names beside those of the Services, such as vault.example.com. */
    names: z.array(matching(/^(\*\.)?[a-z0-9.-]+$/, "a DNS name"), { error: "a list of DNS names" }),
    /** Go's durations. */
    duration: matching(/^\d+h$/, "hours such as 2160h"),
    renewBefore: matching(/^\d+h$/, "hours such as 720h"),
  }),
  unseal: unsealSchema,
  initialization: z.strictObject({
    /** Shares of the unseal key (Shamir) or the recovery key, and how many of them are needed. */
    shares: whole(1, 10),
    threshold: whole(1, 10),
    /** Public PGP keys, base64 as `gpg --export KEY | base64 -w0` prints them: one for each share. */
    pgpKeys: z
      .array(matching(/^[A-Za-z0-9+/=]{100,}$/, "a public PGP key in base64"), { error: "a list of PGP keys" })
      .optional(),
    /** Development only: recovery or unseal key shares lie in clear in a Secret. */
    keepSharesInSecret: yesOrNo,
  }),
  audit: z.strictObject({
    enabled: yesOrNo,
    stdout: yesOrNo,
    file: yesOrNo,
    /** Of the file on its volume: from which size on a new one is begun, and how many old ones stay. */
    rotate: z.strictObject({ size: quantity, files: whole(1, 1000) }),
  }),
  /** Where Pulumi finds Vault, and how it logs in there. */
  provisioner: z.strictObject({
    /** Absent: the active Service's name, which only pods can look up. */
    address: matching(/^https:\/\/[^\s/]+$/, "https://HOST[:PORT]").optional(),
    /** Name in the certificate, where the address is another; needed with an IP address. */
    tlsServerName: matching(/^[a-z0-9.-]+$/, "a DNS name").optional(),
    /** `kubernetes`: as ServiceAccount, with a token asked for by the stack's kubeconfig. `environment`: VAULT_TOKEN of the caller. */
    login: oneOf(["kubernetes", "environment"]),
  }),
  /** A fixed address of the Service of the leader. Absent: the cluster chooses. */
  clusterIp: matching(/^[0-9a-fA-F.:]+$/, "an IP address of the cluster's Service range").optional(),
  /** Namespaces whose pods may connect to Vault beside those of runners and of `logins.services`. */
  clientNamespaces: z.array(dnsLabel, { error: "a list of namespaces" }),
  /** Address ranges outside of the cluster that may connect to Vault, such as that of the machine where Pulumi runs. */
  clientCidrs: z.array(cidr, { error: "a list of address ranges" }),
  /** What the servers may connect to besides each other, DNS and the API server: an unseal key, GitHub's OIDC issuer. */
  egressPorts: z.array(port, { error: "a list of ports" }),
  logins: loginsSchema,
  backup: backupSchema.optional(),
});

export type VaultSettings = z.output<typeof vaultSchema>;
export type VaultDistribution = VaultSettings["distribution"];
