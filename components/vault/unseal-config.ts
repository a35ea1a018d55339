import type { VaultSettings } from "../../stacks/vault/schema";
import type { EnvVar } from "../pod";
import type { HclBlock } from "./hcl";
import type { ServerRelease } from "./server-release";

/** A key of a Secret. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** How a server gets its root key after a start, with everything that settings leave to be computed. */
export type Unseal =
  | {
      readonly method: "awskms";
      readonly region: string;
      readonly keyArn: string;
      /** Program in the image that reaches KMS, where the server has none itself. */
      readonly plugin?: { readonly folder: string; readonly command: string; readonly sha256: string };
    }
  | {
      readonly method: "transit";
      readonly address: string;
      readonly mountPath: string;
      readonly keyName: string;
      readonly tokenSecret: SecretKey;
      readonly caSecret?: SecretKey;
    }
  | {
      readonly method: "static";
      readonly secret: SecretKey;
      readonly keyId: string;
      readonly previous?: { readonly secret: SecretKey; readonly keyId: string };
    }
  | { readonly method: "shamir" };

export type UnsealMethod = VaultSettings["unseal"]["method"];

/** Where servers find what unseals them: a folder for each Secret, with one file. */
export interface UnsealFolders {
  readonly current: string;
  readonly previous: string;
  readonly ca: string;
}

export const unsealFolders: UnsealFolders = {
  current: "/vault/seal/current",
  previous: "/vault/seal/previous",
  ca: "/vault/seal/ca",
};

/** A Secret that becomes a folder of the server. */
export interface UnsealMount extends SecretKey {
  readonly volume: string;
  readonly folder: string;
}

/** What configuration and pod need for an unseal method. */
export interface UnsealConfig {
  readonly attributes: Readonly<Record<string, string>>;
  readonly blocks: readonly HclBlock[];
  readonly mounts: readonly UnsealMount[];
  readonly env: readonly (EnvVar | SecretVariable)[];
}

/** A variable whose value only the pod gets to see. */
export interface SecretVariable {
  readonly name: string;
  readonly valueFrom: { readonly secretKeyRef: SecretKey };
}

/**
 * The seal stanza and what belongs to it. Keys and tokens are never part of it: a key comes as a file and a token as a variable, each from a
 * Secret. Shamir is what a server does without a stanza.
 */
export function unsealConfig(
  unseal: Unseal,
  release: Pick<ServerRelease, "variablePrefix" | "kmsPlugin">,
  folders: UnsealFolders = unsealFolders,
): UnsealConfig {
  const nothing: UnsealConfig = { attributes: {}, blocks: [], mounts: [], env: [] };
  switch (unseal.method) {
    case "awskms":
      return awsKms(unseal, release.kmsPlugin);
    case "transit":
      return transit(unseal, release.variablePrefix, folders);
    case "static":
      return { ...nothing, blocks: [staticSeal(unseal, folders)], mounts: staticMounts(unseal, folders) };
    case "shamir":
      return nothing;
  }
}

/** The role comes from the pod's ServiceAccount, by variables that the cluster sets. */
function awsKms({ region, keyArn, plugin }: Of<"awskms">, kmsPlugin: boolean): UnsealConfig {
  const seal: HclBlock = { head: ["seal", "awskms"], attributes: { region, kms_key_id: keyArn } };
  if (!kmsPlugin || !plugin) return { attributes: {}, blocks: [seal], mounts: [], env: [] };
  const { folder, command, sha256 } = plugin;
  return {
    attributes: { plugin_directory: folder },
    blocks: [{ head: ["plugin", "kms", "awskms"], attributes: { command, sha256sum: sha256 } }, seal],
    mounts: [],
    env: [],
  };
}

function transit(unseal: Of<"transit">, prefix: string, { ca }: UnsealFolders): UnsealConfig {
  const { address, mountPath, keyName, tokenSecret, caSecret } = unseal;
  return {
    attributes: {},
    blocks: [
      {
        head: ["seal", "transit"],
        attributes: {
          address,
          mount_path: `${mountPath.replace(/\/$/, "")}/`,
          key_name: keyName,
          tls_ca_cert: caSecret && `${ca}/${caSecret.key}`,
        },
      },
    ],
    mounts: caSecret ? [{ ...caSecret, volume: "seal-ca", folder: ca }] : [],
    // Both servers read the seal's token from VAULT_TOKEN; OpenBao prefers its own.
    env: [{ name: `${prefix}_TOKEN`, valueFrom: { secretKeyRef: tokenSecret } }],
  };
}

function staticSeal({ secret, keyId, previous }: Of<"static">, folders: UnsealFolders): HclBlock {
  return {
    head: ["seal", "static"],
    attributes: {
      current_key_id: keyId,
      current_key: `file://${folders.current}/${secret.key}`,
      previous_key_id: previous?.keyId,
      previous_key: previous && `file://${folders.previous}/${previous.secret.key}`,
    },
  };
}

function staticMounts({ secret, previous }: Of<"static">, folders: UnsealFolders): UnsealMount[] {
  return [
    { ...secret, volume: "seal-key", folder: folders.current },
    ...(previous ? [{ ...previous.secret, volume: "seal-key-previous", folder: folders.previous }] : []),
  ];
}

type Of<M extends Unseal["method"]> = Extract<Unseal, { readonly method: M }>;
