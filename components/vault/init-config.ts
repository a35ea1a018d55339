import type { VaultDistribution } from "../../stacks/vault/schema";

/** What the program apps/vault-init is told. Nothing in it is secret: it lies in a ConfigMap. */
export interface VaultInitConfig {
  readonly distribution: VaultDistribution;
  readonly namespace: string;
  /** All servers, by the names of their pods, which are their ids in Raft. The first is the one that is initialised. */
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  /** Names of the claims with the servers' data, for the message that tells how to start over. */
  readonly claims: readonly string[];
  /** File with the authority of the servers' certificates, in PEM. */
  readonly caFile: string;
  /** Secret with the shares, which stays. */
  readonly recoverySecret: string;
  /** Secret with the whole answer of the initialisation, root token included; it is emptied at the end. */
  readonly bootstrapSecret: string;
  /** Key of the seal `static` that is made if it is not there. @default somebody else makes it */
  readonly sealKey?: { readonly name: string; readonly key: string };
  /** `auto`: servers unseal themselves, and shares are those of the recovery key. `shamir`: shares unseal. */
  readonly seal: "auto" | "shamir";
  readonly shares: number;
  readonly threshold: number;
  /** Public keys in base64, one for each share, that shares are encrypted to. @default shares lie in the Secret as they are */
  readonly pgpKeys?: readonly string[];
  /** Audit devices that are made by the API. @default none: they stand in the server's configuration */
  readonly audit?: { readonly stdout: boolean; readonly file?: string };
  readonly login: ProvisionerLoginConfig;
  readonly timing: InitTiming;
}

/** The login by which Pulumi configures everything else. */
export interface ProvisionerLoginConfig {
  /** Path of the auth mount of type `kubernetes`. */
  readonly mount: string;
  /** Address of the API server as servers of Vault reach it. */
  readonly kubernetesHost: string;
  readonly role: string;
  readonly policy: { readonly name: string; readonly text: string };
  readonly serviceAccount: string;
  readonly audience: string;
  readonly ttlSeconds: number;
}

export interface InitTiming {
  /** Between two questions of the same kind. */
  readonly pollSeconds: number;
  /** How long one step waits for servers. */
  readonly waitSeconds: number;
  /** How long it is tried to store what the initialisation gave, whatever happens. */
  readonly storeSeconds: number;
}

/** Name of the file in its ConfigMap. */
export const initConfigFile = "init.json";

/**
 * How the program ends. Jobs repeat it after 1 and 143 alone: with the others, another attempt would find the same.
 */
export const exitCodes = {
  failed: 1,
  configuration: 2,
  answerLost: 3,
  initializedBySomebodyElse: 4,
  otherMaterial: 5,
  toldToEnd: 143,
} as const;

/** Keys of both Secrets. */
export const materialKeys = {
  /** `initialising`, `initialised` or `adopted`. */
  phase: "phase",
  rootToken: "root-token",
  share: (number: number): string => `share-${number}`,
} as const;
